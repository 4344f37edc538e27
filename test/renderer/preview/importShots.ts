/** The import in each of its states. */
import type { Page } from 'playwright-core'
import type { Shot } from './shotList.ts'

const open = (page: Page) => page.locator('[data-view=machines] h1 + div button').nth(0).click()

/** Gives the dialog a file of this name. */
const give = (name: string) => async (page: Page) => {
  await open(page)
  await page.locator('.dropPlace input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from('x') })
  await page.waitForTimeout(300)
}

export const importShots: Shot[] = [
  { name: 'import-start', scene: 'full', act: open },
  {
    name: 'import-ssh',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await page.locator('.dropZone button').nth(1).click()
      await page.locator('[data-phase=shown]').waitFor()
    },
  },
  { name: 'import-mremoteng', scene: 'full', act: give('confCons.xml') },
  {
    name: 'import-dropped',
    scene: 'full',
    act: async (page) => {
      await give('confCons.xml')(page)
      await page.locator('.importNotes summary').click()
    },
  },
  {
    name: 'import-leftOut',
    scene: 'hundredThousand',
    act: async (page) => {
      await give('confCons.xml')(page)
      await page.locator('.importTable .mantine-SegmentedControl-label').nth(3).click()
    },
  },
  {
    name: 'import-table',
    scene: 'full',
    act: async (page) => {
      await give('table.csv')(page)
      await page.locator('.importDetails summary').first().click()
    },
  },
  { name: 'import-locked', scene: 'full', act: give('locked.xml') },
  {
    name: 'import-wrongPassword',
    scene: 'full',
    act: async (page) => {
      await give('locked.xml')(page)
      await page.locator('input[type=password]').fill('guess')
      await page.keyboard.press('Enter')
    },
  },
  { name: 'import-broken', scene: 'full', act: give('broken.xml') },
  { name: 'import-unknown', scene: 'full', act: give('unknown.bin') },
  {
    name: 'import-done',
    scene: 'full',
    act: async (page) => {
      await give('confCons.xml')(page)
      await page.locator('.dropPlace button').last().click()
    },
  },
  {
    name: 'import-failed',
    scene: 'failed',
    act: async (page) => {
      await open(page)
      await page.locator('.dropZone button').nth(1).click()
    },
  },
]
