/** Azure in its states: tenants, sign-in, permissions, policy changes, windows. */
import type { Page } from 'playwright-core'
import type { Shot } from './shotList.ts'

const settings = async (page: Page): Promise<void> => {
  await page.locator('[data-place=settings]').click()
  await page.locator('[data-add-tenant]').scrollIntoViewIfNeeded()
}
const form = async (page: Page): Promise<void> => {
  await settings(page)
  await page.locator('[data-add-tenant]').click()
}
const started = async (page: Page): Promise<void> => {
  await form(page)
  await page.locator('[data-start-sign-in]').click()
}
const tab = (page: Page, index: number) => page.locator('.mantine-SegmentedControl-label').nth(index).click()
const vm = (page: Page, index: number) => page.locator('.machineRow:has(.machineGate)').nth(index)

export const azureShots: Shot[] = [
  { name: 'azure-machines', scene: 'azure' },
  { name: 'azure-unsupported', scene: 'azure', act: (page) => tab(page, 2) },
  { name: 'azure-tenants', scene: 'azure', act: settings },
  {
    name: 'azure-form',
    scene: 'azure',
    act: async (page) => {
      await form(page)
      await page.locator('[data-more]').click()
    },
  },
  { name: 'azure-browser', scene: 'azure-browser', act: started },
  { name: 'azure-code', scene: 'azure-code', act: started },
  { name: 'azure-choose', scene: 'azure-choose', act: started },
  { name: 'azure-failed', scene: 'azure-failed', act: started },
  {
    name: 'azure-sign-out',
    scene: 'azure',
    act: async (page) => {
      await settings(page)
      await page.locator('[data-tenant] button[aria-haspopup=menu]').first().click()
      await page.locator('[role=menuitem]').nth(1).click()
    },
  },
  {
    name: 'azure-doctor',
    scene: 'azure',
    act: async (page) => {
      await settings(page)
      await page.locator('[data-doctor]').first().click()
    },
  },
  {
    name: 'azure-fine',
    scene: 'azure-fine',
    act: async (page) => {
      await settings(page)
      await page.locator('[data-doctor]').first().click()
    },
  },
  {
    name: 'azure-turn-on',
    scene: 'azure',
    act: async (page) => {
      await tab(page, 1)
      for (const index of [0, 1, 2]) await vm(page, index).locator('input').click()
      await page.locator('.bulkBar button').first().click()
    },
  },
  {
    name: 'azure-turn-off',
    scene: 'azure',
    act: async (page) => {
      await vm(page, 0).locator('input').click()
      await page.locator('.bulkBar button').nth(1).click()
    },
  },
  {
    name: 'azure-rules',
    scene: 'azure',
    act: async (page) => {
      for (const index of [0, 1]) await vm(page, index).locator('input').click()
      await page.locator('[data-bulk-azure]').click()
    },
  },
  {
    name: 'azure-details',
    scene: 'azure',
    act: async (page) => {
      await vm(page, 0).click()
      await vm(page, 0).press('i')
    },
  },
  {
    name: 'azure-request',
    scene: 'azure',
    act: async (page) => {
      await vm(page, 0).locator('input').click()
      await page.locator('.bulkBar button').first().click()
    },
  },
  { name: 'azure-access', scene: 'azure', act: (page) => page.locator('[data-place=access]').click() },
  {
    name: 'azure-policies',
    scene: 'azure',
    act: async (page) => {
      await page.locator('[data-place=policies]').click()
      await page.locator('[data-no-levels]').scrollIntoViewIfNeeded()
    },
  },
]
