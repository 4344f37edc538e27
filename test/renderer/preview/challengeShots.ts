/** Sign-in challenges in their states. */
import type { Page } from 'playwright-core'
import type { Shot } from './shotList.ts'

const inbox = (page: Page) => page.locator('[data-place=approvals]').click()
const opened = (index: number) => async (page: Page) => {
  await inbox(page)
  await page.locator('[data-sign-in]').nth(index).click()
  await page.waitForTimeout(700)
}

export const challengeShots: Shot[] = [
  { name: 'signins-inbox', scene: 'team', act: inbox },
  { name: 'signins-flood', scene: 'flood', act: inbox },
  { name: 'signins-yours', scene: 'team', act: opened(3) },
  { name: 'signins-none', scene: 'team', act: opened(2) },
  { name: 'signins-colleague', scene: 'team', act: opened(1) },
  { name: 'signins-other', scene: 'team', act: opened(0) },
  { name: 'signins-started', scene: 'team', act: opened(4) },
  { name: 'signins-hostile', scene: 'hostile', act: opened(0) },
  {
    name: 'signins-wrong',
    scene: 'team',
    act: async (page) => {
      await opened(3)(page)
      await page.locator('[data-number]').pressSequentially('12')
      await page.locator('[data-approve-sign-in]').click()
    },
  },
  {
    name: 'signins-code',
    scene: 'team',
    act: async (page) => {
      await opened(3)(page)
      await page.locator('[data-show-code]').click()
      await page.locator('[data-code-picture]').waitFor()
    },
  },
  {
    name: 'signins-machine',
    scene: 'team',
    act: async (page) => {
      await page.locator('[data-index="2"]').dblclick()
      await page.locator('[data-sign-in-history]').scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'signins-enrol',
    scene: 'team',
    act: async (page) => {
      await page.locator('[data-index="2"]').dblclick()
      await page.locator('[data-enrol]').click()
      await page.locator('[data-make-command]').click()
      await page.locator('[data-command]').waitFor()
    },
  },
  {
    name: 'signins-report',
    scene: 'team',
    act: async (page) => {
      await opened(3)(page)
      await page.locator('[data-report]').click()
    },
  },
]
