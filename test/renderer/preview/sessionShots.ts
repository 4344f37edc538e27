/** Sessions, access and activity in each of their states, and how to get there. */
import type { Page } from 'playwright-core'
import type { Shot } from './shotList.ts'

/** Opens one of the rail's views. */
const rail = (index: number) => (page: Page) => page.locator(`[data-place=${['machines', 'access', 'audit'][index]}]`).click()

/** Connects from the Access view's first card, in whatever state the scene's attempt is. */
const connect = async (page: Page): Promise<void> => {
  await rail(1)(page)
  await page.locator('[data-connect]').first().click()
  await page.waitForTimeout(900)
}
const attempts = [
  'running',
  'hostKey',
  'certificate',
  'user',
  'password',
  'passphrase',
  'questions',
  'identityChanged',
  'jitOff',
  'unreachable',
  'clientMissing',
  'grantEnded',
]
const tab = (index: number) => async (page: Page) => {
  await page.locator('[data-tabs] [role=tab]').nth(index).click()
  await page.waitForTimeout(500)
}
const form = async (page: Page): Promise<void> => {
  await rail(1)(page)
  await page.locator('[data-grant] [aria-haspopup=menu]').nth(1).click()
  await page.locator('[role=menuitem]').last().click()
  await page.waitForTimeout(500)
}

/** The screens of sessions, access and activity. */
export const sessionShots: Shot[] = [
  { name: 'access', scene: 'full', act: rail(1) },
  { name: 'access-empty', scene: 'empty', act: rail(1) },
  { name: 'access-loading', scene: 'loading', act: rail(1) },
  { name: 'access-failed', scene: 'failed', act: rail(1) },
  {
    name: 'access-release',
    scene: 'full',
    act: async (page) => {
      await rail(1)(page)
      await page.locator('[data-release]').first().click()
    },
  },
  { name: 'request', scene: 'full', act: form },
  { name: 'request-team', scene: 'team', act: form },
  {
    name: 'request-results',
    scene: 'full',
    act: async (page) => {
      await form(page)
      await page.locator('form button[type=submit]').click()
    },
  },
  { name: 'terminal', scene: 'full', act: tab(0) },
  {
    name: 'terminal-search',
    scene: 'full',
    act: async (page) => {
      await tab(0)(page)
      await page.keyboard.press('Control+Shift+F')
      await page.keyboard.type('anna')
    },
  },
  { name: 'outside-rdp', scene: 'full', act: tab(1) },
  { name: 'outside-forward', scene: 'full', act: tab(2) },
  { name: 'terminal-ended', scene: 'full', act: tab(3) },
  ...attempts.map((state) => ({ name: `attempt-${state}`, scene: `attempt:${state}`, act: connect })),
]
