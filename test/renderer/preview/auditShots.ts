/** The activity's screens: how to get to them. */
import type { Page } from 'playwright-core'
import type { Shot } from './shotList.ts'

async function open(page: Page): Promise<void> {
  await page.locator('[data-place=audit]').click()
  await page.waitForTimeout(300)
}
const row = (page: Page, index: number) => page.locator('.auditRow').nth(index)

async function brush(page: Page, from: number, to: number, isDone: boolean): Promise<void> {
  const box = await page.locator('.timelineBrush').boundingBox()
  if (!box) throw new Error('There is no timeline.')
  await page.mouse.move(box.x + box.width * from, box.y + 30)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * to, box.y + 20, { steps: 8 })
  if (isDone) await page.mouse.up()
}

async function chip(page: Page, name: string): Promise<void> {
  await page.locator(`[data-chip=${name}] .chipName`).click()
  await page.waitForTimeout(250)
}

/** The story of an access that has everything. */
async function story(page: Page): Promise<void> {
  await open(page)
  await page.locator('.auditRow[data-action="session.ended"]').first().click()
  await page.locator('[data-story]').click()
  await page.waitForTimeout(300)
}

const state = (name: string): Shot => ({ name: `audit-${name}`, scene: `audit:${name}`, act: open })

export const auditShots: Shot[] = [
  { name: 'audit', scene: 'full', act: open },
  { name: 'audit-team', scene: 'team', act: open },
  { name: 'audit-hostile', scene: 'hostile', act: open },
  { name: 'audit-empty', scene: 'empty', act: open },
  { name: 'audit-loading', scene: 'loading', act: open },
  { name: 'audit-failed', scene: 'failed', act: open },
  ...['locked', 'memory', 'aside', 'full', 'opening', 'reading', 'offline', 'checking', 'noProofs', 'changed', 'millions'].map(state),
  {
    name: 'audit-brush',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await brush(page, 0.6, 0.72, false)
    },
  },
  {
    name: 'audit-zoomed',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await brush(page, 0.6, 0.72, true)
    },
  },
  {
    name: 'audit-keys',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await page.locator('.timelineBrush').focus()
      for (let count = 0; count < 30; count++) await page.keyboard.press('ArrowLeft')
      for (let count = 0; count < 10; count++) await page.keyboard.press('Shift+ArrowLeft')
    },
  },
  ...['time', 'machine', 'actors', 'events', 'outcomes'].map((name): Shot => ({
    name: `audit-chip-${name}`,
    scene: 'full',
    act: async (page) => {
      await open(page)
      await chip(page, name)
    },
  })),
  {
    name: 'audit-chips',
    scene: 'team',
    act: async (page) => {
      await open(page)
      for (const name of ['actors', 'outcomes', 'sites', 'gateways', 'marks']) {
        await chip(page, name)
        await page.locator('.facet input').first().click()
        await page.keyboard.press('Escape')
        await page.waitForTimeout(200)
      }
      await chip(page, 'time')
      await page.locator('[data-span=week]').click()
    },
  },
  {
    name: 'audit-search',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await page.keyboard.press('/')
      await page.keyboard.type('ticket disk')
      await page.waitForTimeout(500)
    },
  },
  {
    name: 'audit-nothing',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await page.keyboard.press('/')
      await page.keyboard.type(page.url().includes('language=de') ? 'beendet' : 'ended early')
      await page.waitForTimeout(500)
    },
  },
  {
    name: 'audit-event',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await row(page, 4).click()
      await row(page, 4).press('Enter')
    },
  },
  {
    name: 'audit-event-changed',
    scene: 'audit:changed',
    act: async (page) => {
      await open(page)
      await page.locator('.auditRow[data-mark=changed]').first().click()
    },
  },
  {
    name: 'audit-event-raw',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await row(page, 6).click()
      await page
        .locator('.eventBody [data-radix-scroll-area-viewport], .eventBody .mantine-ScrollArea-viewport')
        .evaluate((view) => view.scrollTo(0, 5000))
    },
  },
  { name: 'audit-story', scene: 'full', act: story },
  {
    name: 'audit-story-event',
    scene: 'full',
    act: async (page) => {
      await story(page)
      await page.locator('.storyEvent').nth(2).click()
    },
  },
  {
    name: 'audit-story-refused',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await page
        .locator('.auditRow[data-action="grant.denied"]')
        .first()
        .waitFor({ timeout: 1000 })
        .catch(() => undefined)
      await chip(page, 'outcomes')
      await page.locator('.facet input').nth(1).click()
      await page.keyboard.press('Escape')
      await page.waitForTimeout(400)
      await row(page, 1).click()
      await page.locator('[data-story]').click()
    },
  },
  {
    name: 'audit-shield',
    scene: 'team',
    act: async (page) => {
      await open(page)
      await page.locator('[data-log=fabrikam]').click()
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'audit-shield-changed',
    scene: 'audit:changed',
    act: async (page) => {
      await open(page)
      await page.locator('[data-log=contoso]').click()
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'audit-alarm',
    scene: 'team',
    act: async (page) => {
      await open(page)
      await page.locator('[data-log-alarm=contoso] button').click()
    },
  },
  {
    name: 'audit-export',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await page.locator('[data-export-open]').click()
    },
  },
  {
    name: 'audit-exports',
    scene: 'audit:exports',
    act: async (page) => {
      await open(page)
      await page.locator('[data-export-open]').click()
      await page.locator('[data-format=bundle]').click()
    },
  },
  {
    name: 'audit-live',
    scene: 'audit:live',
    act: async (page) => {
      await open(page)
      await page.locator('[data-audit]').evaluate((list) => list.scrollTo(0, 900))
      await page.waitForTimeout(3500)
    },
  },
  {
    name: 'audit-sorted',
    scene: 'full',
    act: async (page) => {
      await open(page)
      await page.locator('[data-sort=machine]').click()
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'audit-machine-week',
    scene: 'full',
    act: async (page) => {
      await page.locator('[data-index="2"]').dblclick()
      await page.waitForTimeout(300)
      await page.locator('#drawer-recent ~ * button').first().click()
      await page.waitForTimeout(300)
    },
  },
]
