/** The screens to look at, and how to get to them. Texts are found by test-free means: roles and order, so that any language works. */
import type { Page } from 'playwright-core'

export interface Shot {
  name: string
  scene: string
  act?: (page: Page) => Promise<void>
}

/** Opens one of the rail's views: 0 machines, 1 access, 2 activity, 3 settings. */
export const rail = (index: number) => (page: Page) => page.locator('[data-rail] button').nth(index).click()

export const shots: Shot[] = [
  { name: 'machines', scene: 'full' },
  { name: 'machines-empty', scene: 'empty' },
  { name: 'machines-loading', scene: 'loading' },
  { name: 'machines-failed', scene: 'failed' },
  { name: 'settings', scene: 'full', act: rail(3) },
  { name: 'welcome', scene: 'first' },
]
