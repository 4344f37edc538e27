/** Policy, people and approvals in their states. */
import type { Page } from 'playwright-core'
import type { Shot } from './shotList.ts'

const place = (name: string) => (page: Page) => page.locator(`[data-place=${name}]`).click()

const reviewed = async (page: Page): Promise<void> => {
  await place('policies')(page)
  await page.locator('[data-level="desk:site:Contoso"]').click()
  await page.locator('.policySetting').nth(1).locator('.mantine-SegmentedControl-label').nth(1).click()
  await page.locator('.policySetting').nth(4).locator('.mantine-SegmentedControl-label').nth(1).click()
  await page.waitForTimeout(700)
}

export const teamShots: Shot[] = [
  { name: 'policies', scene: 'full', act: place('policies') },
  { name: 'policies-draft', scene: 'full', act: reviewed },
  {
    name: 'policies-review',
    scene: 'full',
    act: async (page) => {
      await reviewed(page)
      await page.locator('[data-review]').click()
    },
  },
  {
    name: 'policies-admin',
    scene: 'full',
    act: async (page) => {
      await place('policies')(page)
      await page.locator('.policyJitAdmin input[maxlength="64"]').fill('Administrator')
      await page.locator('.policyPane').evaluate((pane) => pane.scrollTo(0, 9000))
      await page.waitForTimeout(700)
    },
  },
  {
    name: 'policies-bulk',
    scene: 'full',
    act: async (page) => {
      await page.locator('[data-index="2"] input').click()
      await page.locator('[data-index="4"] input').click()
      await page.locator('[data-bulk-policy]').click()
      await page.waitForTimeout(500)
    },
  },
  { name: 'approvals', scene: 'team', act: place('approvals') },
  { name: 'people', scene: 'team', act: place('people') },
  {
    name: 'people-invite',
    scene: 'team',
    act: async (page) => {
      await place('people')(page)
      await page.locator('[data-invite]').click()
      await page.locator('form input').first().fill('Chidi A.')
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'people-code',
    scene: 'team',
    act: async (page) => {
      await place('people')(page)
      await page.locator('[data-invite]').click()
      await page.locator('form input').first().fill('Chidi A.')
      await page.locator('form button[type=submit]').click()
    },
  },
  {
    name: 'people-consoles',
    scene: 'team',
    act: async (page) => {
      await place('people')(page)
      await page.locator('[data-person] button').first().click()
      await page.locator('[role=menuitem]').nth(1).click()
    },
  },
  {
    name: 'gateways',
    scene: 'team',
    act: async (page) => {
      await place('settings')(page)
      await page.locator('[data-add-gateway]').scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'join',
    scene: 'team',
    act: async (page) => {
      await place('settings')(page)
      await page.locator('[data-add-gateway]').click()
      await page.locator('form textarea').first().fill('GATE1-7QF3K')
      await page.locator('form button[type=submit]').click()
    },
  },
]
