/** Recordings in each of their states, and how to get there. */
import type { Page } from 'playwright-core'
import type { Shot } from './shotList.ts'

const list = (page: Page) => page.locator('[data-place=recordings]').click()
const replay = (index: number) => async (page: Page) => {
  await list(page)
  await page
    .locator('[data-recording] button')
    .nth(index * 2)
    .click()
  await page.locator('[data-replay] .xterm-rows').waitFor()
  await page.waitForTimeout(600)
}
const terminal = async (page: Page): Promise<void> => {
  await page.locator('[data-tabs] [role=tab]').first().click()
  await page.waitForTimeout(500)
}
const dialog = (mark: number) => async (page: Page) => {
  await replay(1)(page)
  await page.locator('.replayHead button').nth(mark).click()
}

export const recordingShots: Shot[] = [
  { name: 'recordings', scene: 'recordings', act: list },
  { name: 'recordings-empty', scene: 'recordings:empty', act: list },
  { name: 'recordings-locked', scene: 'recordings:locked', act: list },
  { name: 'replay', scene: 'recordings', act: replay(1) },
  {
    name: 'replay-search',
    scene: 'recordings',
    act: async (page) => {
      await replay(1)(page)
      await page.keyboard.press('/')
      await page.locator('.replaySearch input').fill('error')
      await page.locator('[data-hits]').waitFor()
      await page.locator('[data-hit="3"]').click()
      await page.waitForTimeout(700)
    },
  },
  {
    name: 'replay-end',
    scene: 'recordings',
    act: async (page) => {
      await replay(1)(page)
      await page.locator('[data-replay]').focus()
      await page.keyboard.press('End')
      await page.waitForTimeout(700)
    },
  },
  { name: 'replay-cut', scene: 'recordings', act: replay(4) },
  { name: 'replay-damaged', scene: 'recordings:damaged', act: replay(1) },
  {
    name: 'replay-gone',
    scene: 'recordings:gone',
    act: async (page) => {
      await list(page)
      await page.locator('[data-recording] button').first().click()
    },
  },
  { name: 'replay-export', scene: 'recordings', act: dialog(1) },
  { name: 'replay-delete', scene: 'recordings', act: dialog(2) },
  ...['recording', 'asked', 'paused', 'off', 'full', 'keychain'].map((state) => ({
    name: `mark-${state}`,
    scene: `recordings:${state}`,
    act: terminal,
  })),
  {
    name: 'mark-ended',
    scene: 'recordings',
    act: async (page) => {
      await page.locator('[data-tabs] [role=tab]').nth(3).click()
      await page.waitForTimeout(400)
    },
  },
  {
    name: 'settings-recordings',
    scene: 'recordings',
    act: async (page) => {
      await page.locator('[data-place=settings]').click()
      await page.locator('.viewScroll').evaluate((view) => view.scrollTo(0, 760))
    },
  },
  {
    name: 'machine-recordings',
    scene: 'recordings',
    act: async (page) => {
      await page.locator('[data-index="2"]').dblclick()
      await page.locator('#drawer-recordings').scrollIntoViewIfNeeded()
    },
  },
]
