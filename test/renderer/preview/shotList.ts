/** The screens to look at, and how to get to them: by roles, marks and order, never by words, so that every language works. */
import type { Page } from 'playwright-core'
import { auditShots } from './auditShots.ts'
import { azureShots } from './azureShots.ts'
import { challengeShots } from './challengeShots.ts'
import { importShots } from './importShots.ts'
import { recordingShots } from './recordingShots.ts'
import { sessionShots } from './sessionShots.ts'
import { teamShots } from './teamShots.ts'

export interface Shot {
  name: string
  scene: string
  act?: (page: Page) => Promise<void>
}

/** Opens one of the rail's views: 0 machines, 1 access, 2 activity, 3 settings. */
export const rail = (index: number) => (page: Page) =>
  page.locator(`[data-place=${['machines', 'access', 'audit', 'settings'][index]}]`).click()
const tab = (index: number) => (page: Page) => page.locator('.mantine-SegmentedControl-label').nth(index).click()
const row = (page: Page, index: number) => page.locator(`[data-index="${index}"]`)

export const shots: Shot[] = [
  ...sessionShots,
  ...auditShots,
  ...teamShots,
  ...azureShots,
  ...challengeShots,
  ...importShots,
  ...recordingShots,
  { name: 'machines', scene: 'full' },
  { name: 'machines-open', scene: 'full', act: (page) => row(page, 3).locator('.machineTwist').click() },
  {
    name: 'machines-menu',
    scene: 'full',
    act: async (page) => {
      await row(page, 2).locator('input').click()
      await row(page, 4).locator('input').click()
      await row(page, 5).locator('.deedMore').click()
    },
  },
  { name: 'machines-off', scene: 'full', act: tab(1) },
  { name: 'machines-unsupported', scene: 'full', act: tab(2) },
  {
    name: 'machines-search',
    scene: 'full',
    act: async (page) => {
      await page.keyboard.press('/')
      await page.keyboard.type('nothing like this')
    },
  },
  { name: 'machines-hostile', scene: 'hostile' },
  {
    name: 'machines-marks',
    scene: 'full',
    act: async (page) => {
      await page.keyboard.press('/')
      await page.keyboard.type('ber web')
      await page.locator('[data-facet=os]').click()
      await page.locator('.facetValue').nth(1).click()
    },
  },
  {
    name: 'machines-facet',
    scene: 'full',
    act: async (page) => {
      await page.locator('[data-facet=sites]').click()
      await page.locator('.facetValue').first().waitFor()
    },
  },
  { name: 'machines-saved', scene: 'full', act: (page) => page.locator('[data-saved]').click() },
  {
    name: 'machines-columns',
    scene: 'full',
    act: async (page) => {
      await page.locator('[data-columns]').click()
      await page.locator('[role=group] input[type=checkbox]').nth(1).click()
      await page.locator('[role=group] input[type=checkbox]').nth(3).click()
      await page.locator('[role=group] input[type=checkbox]').nth(7).click()
    },
  },
  { name: 'machines-held', scene: 'held' },
  { name: 'machines-favourites', scene: 'full', act: (page) => page.locator('[data-scope=favourites]').click() },
  {
    name: 'machines-many',
    scene: 'hundredThousand',
    act: (page) => page.locator('[data-list]').evaluate((list) => list.scrollTo(0, 1_500_000)),
  },
  { name: 'machines-details', scene: 'full', act: (page) => row(page, 2).dblclick() },
  { name: 'machines-empty', scene: 'empty' },
  { name: 'machines-loading', scene: 'loading' },
  { name: 'machines-unread', scene: 'unread' },
  { name: 'machines-failed', scene: 'failed' },
  { name: 'add', scene: 'full', act: (page) => page.locator('[data-view=machines] h1 + div button').nth(1).click() },
  {
    name: 'add-refused',
    scene: 'full',
    act: async (page) => {
      await page.locator('[data-view=machines] h1 + div button').nth(1).click()
      await page.locator('form input').nth(0).fill('web 1')
      await page.locator('form input').nth(1).fill('10.0.0. 1')
      await page.keyboard.press('Enter')
    },
  },
  {
    name: 'turn-on',
    scene: 'full',
    act: async (page) => {
      await tab(1)(page)
      await row(page, 0).click()
      await row(page, 0).press('Enter')
    },
  },
  {
    name: 'palette',
    scene: 'full',
    act: async (page) => {
      await page.keyboard.press('Control+k')
      await page.keyboard.type('ber')
    },
  },
  { name: 'settings', scene: 'full', act: rail(3) },
  {
    name: 'settings-end',
    scene: 'full',
    act: async (page) => {
      await rail(3)(page)
      await page.locator('.viewScroll').evaluate((view) => view.scrollTo(0, 5000))
    },
  },
  {
    name: 'settings-events',
    scene: 'full',
    act: async (page) => {
      await rail(3)(page)
      await page.locator('[data-kept-events]').scrollIntoViewIfNeeded()
    },
  },
  { name: 'keychain-locked', scene: 'keychainLocked' },
  { name: 'welcome', scene: 'first' },
]
