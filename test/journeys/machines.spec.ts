/** A technician brings machines into the console, finds them, and decides what may be opened on them. */
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { words as de } from '../../renderer/words/de.ts'
import { words as en } from '../../renderer/words/en.ts'
import { faultsOf } from './accessibility.ts'
import { expect, test } from './fixture.ts'

/** A home with an SSH config: two machines, one pattern, one block that is not read. */
const home = mkdtempSync(path.join(tmpdir(), 'gatehouse-home-'))
mkdirSync(path.join(home, '.ssh'), { mode: 0o700 })
writeFileSync(
  path.join(home, '.ssh', 'config'),
  [
    'Host web-1',
    '  HostName web-1.example.net',
    '  User deploy',
    'Host db',
    '  HostName 10.0.4.20',
    '  Port 2222',
    'Host *.corp',
    '  User x',
    '',
  ].join('\n'),
  { mode: 0o600 },
)
test.use({ launch: { env: { HOME: home } } })

const machines = en.machines
const row = (page: Page, name: string) => page.locator('.machineRow').filter({ hasText: name })
const tab = (page: Page, name: keyof typeof machines.tabs) =>
  page.locator('.tabLabel').filter({ hasText: new RegExp(`^${machines.tabs[name]}`, 'u') })

/** English, whatever the computer speaks, and past the first screen. */
async function begin(page: Page): Promise<void> {
  await page.evaluate(() => window.gatehouse.call('settings.change', { language: 'en', theme: 'light', welcomed: true }))
  await expect(page.locator('[data-view=machines]')).toBeVisible()
}

async function addMachine(page: Page, name: string, address: string, options: { jit?: boolean; os?: string } = {}): Promise<void> {
  await page.getByRole('button', { name: machines.add.title }).first().click()
  const dialog = page.getByRole('dialog', { name: machines.add.title })
  await dialog.getByLabel(machines.add.address).fill(address)
  await dialog.getByLabel(machines.add.name, { exact: true }).fill(name)
  if (options.jit === false) await dialog.getByLabel(machines.add.turnOn).uncheck()
  await dialog.getByRole('button', { name: machines.add.do, exact: true }).click()
  await expect(dialog).toBeHidden()
  // The new machine's details open; back to the list.
  await expect(page.getByRole('dialog', { name })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

test('a new technician gets from the first screen to a machine that can be connected to', async ({ page }) => {
  await page.evaluate(() => window.gatehouse.call('settings.change', { language: 'en' }))
  await expect(page.getByRole('heading', { name: en.welcome.title })).toBeVisible()
  await expect(page.getByText(en.welcome.import.found_other.replace('{{count}}', '2'))).toBeVisible()
  await expectNoFaults(page, 'welcome')
  await page.getByRole('button', { name: en.welcome.add.title }).click()
  const dialog = page.getByRole('dialog', { name: machines.add.title })
  await dialog.getByLabel(machines.add.address).fill('10.0.0.7')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(row(page, '10.0.0.7').getByRole('button', { name: /^Connect/u })).toBeVisible()
  await expect(tab(page, 'configured')).toContainText('1')
})

test('what does not fit is told at its field, and nothing is added', async ({ page }) => {
  await begin(page)
  await page.getByRole('button', { name: machines.add.title }).first().click()
  const dialog = page.getByRole('dialog', { name: machines.add.title })
  await dialog.getByLabel(machines.add.address).fill('10.0.0.7:22')
  await page.keyboard.press('Enter')
  await expect(dialog.getByLabel(machines.add.address)).toHaveAttribute('aria-invalid', 'true')
  await expect(dialog.getByText(en.failures.invalidInput.problems.hasPort)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText(machines.empty.title)).toBeVisible()
})

test('with the keyboard alone: search, open the overview, see the details, come back', async ({ page }) => {
  await begin(page)
  await addMachine(page, 'web-1', '10.0.0.1')
  await addMachine(page, 'db-7', '10.0.0.2')
  await page.keyboard.press('/')
  await expect(page.getByLabel(machines.search.label)).toBeFocused()
  await page.keyboard.type('db')
  await expect(row(page, 'web-1')).toHaveCount(0)
  await page.keyboard.press('ArrowDown')
  await expect(row(page, 'db-7')).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('heading', { name: machines.overview.ports })).toBeVisible()
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByRole('heading', { name: machines.overview.ports })).toBeHidden()
  await page.keyboard.press('i')
  await expect(page.getByRole('dialog', { name: 'db-7' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.keyboard.press('Escape')
  await expect(row(page, 'web-1')).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog').getByPlaceholder(en.common.palette.placeholder)).toBeFocused()
  await page.keyboard.type('db')
  await expect(page.getByRole('dialog').getByText('10.0.0.2')).toBeVisible()
  await expectNoFaults(page, 'palette')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(en.common.views.settings)
  await expect(page.getByRole('dialog').getByText('10.0.0.2')).toBeHidden()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: en.settings.title, level: 1 })).toBeVisible()
})

test('JIT is turned on with one click, with the defaults shown before, and off again after a question', async ({ page }) => {
  await begin(page)
  await addMachine(page, 'web-1', '10.0.0.1', { jit: false })
  await tab(page, 'notConfigured').click()
  await expect(row(page, 'web-1')).toContainText('22 SSH, 3 hours')
  await row(page, 'web-1')
    .getByRole('button', { name: /^Turn JIT on/u })
    .click()
  await expect(row(page, 'web-1')).toHaveCount(0)
  await tab(page, 'configured').click()
  await row(page, 'web-1')
    .getByRole('button', { name: /^More ways/u })
    .click()
  await page.getByRole('menuitem', { name: machines.menu.turnOff }).click()
  await page.getByRole('button', { name: machines.confirm.turnOff.do, exact: true }).click()
  await expect(row(page, 'web-1')).toHaveCount(0)
  await expect(tab(page, 'notConfigured')).toContainText('1')
})

test('REQ-4: connecting to a machine without JIT offers to turn it on, and then connects', async ({ page }) => {
  await begin(page)
  await addMachine(page, 'web-1', '127.0.0.1', { jit: false })
  await tab(page, 'notConfigured').click()
  await row(page, 'web-1').focus()
  await page.keyboard.press('Enter')
  const question = page.getByRole('dialog', { name: machines.confirm.turnOn.title_one })
  await expect(question).toContainText('22 SSH')
  await expect(question.getByRole('button', { name: machines.confirm.turnOn.do })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(question).toBeHidden()
  const { attempts } = await page.evaluate(async () => {
    const reply = await window.gatehouse.call('sessions.list', {})
    return reply.ok ? reply.value : { attempts: [] }
  })
  expect(attempts.map(({ machineName }) => machineName)).toEqual(['web-1'])
})

test('several machines are chosen with the keyboard and removed at once, after a question', async ({ page }) => {
  await begin(page)
  for (const [index, name] of ['one', 'two', 'three'].entries()) await addMachine(page, name, `10.0.0.${index + 1}`)
  await row(page, 'one').focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  const bar = page.getByRole('toolbar', { name: machines.bulk.label })
  await expect(bar).toContainText(machines.bulk.chosen_other.replace('{{count}}', '2'))
  await bar.getByRole('button', { name: machines.menu.remove }).click()
  await page.getByRole('button', { name: machines.confirm.remove.do, exact: true }).click()
  await expect(page.locator('.machineRow')).toHaveCount(1)
  await expect(row(page, 'two')).toBeVisible()
  await expect(bar).toBeHidden()
})

test('rules are added in the details, saved, and refused in words when they make no sense', async ({ page }) => {
  await begin(page)
  await addMachine(page, 'web-1', '10.0.0.1')
  await row(page, 'web-1').focus()
  await page.keyboard.press('i')
  const details = page.getByRole('dialog', { name: 'web-1' })
  await details.getByRole('button', { name: '5986 WinRM HTTPS' }).click()
  await details.getByLabel(en.policies.field.sources.replace('{{port}}', '5986')).fill('10.0.0.0/99')
  await details.getByRole('button', { name: en.policies.save, exact: true }).click()
  await expect(details.getByRole('alert')).toContainText(en.failures.invalidInput.title)
  await details.getByRole('button', { name: en.policies.discard }).click()
  await details.getByRole('button', { name: '5986 WinRM HTTPS' }).click()
  await details.getByRole('button', { name: en.policies.save, exact: true }).click()
  await expect(page.getByText(en.policies.saved)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(row(page, 'web-1')).toContainText('22, 5986')
})

test('an SSH config is shown before anything is taken from it, then imported', async ({ page }) => {
  await begin(page)
  await page.getByRole('button', { name: machines.import.button }).first().click()
  const dialog = page.getByRole('dialog', { name: machines.import.title })
  await dialog.getByRole('button', { name: machines.import.own }).click()
  await expect(dialog.getByText('web-1.example.net')).toBeVisible()
  await expect(dialog.getByText('10.0.4.20:2222')).toBeVisible()
  await expect(dialog.getByText(machines.import.why.wildcard)).toBeVisible()
  await dialog.getByRole('button', { name: machines.import.do_other.replace('{{count}}', '2') }).click()
  await expect(dialog.getByText(machines.import.done_other.replace('{{count}}', '2'))).toBeVisible()
  await dialog.getByRole('button', { name: en.common.done }).click()
  await expect(row(page, 'web-1')).toBeVisible()
  await expect(row(page, 'db')).toContainText('2222')
  // Again: both are known now, so none is chosen (F-43).
  await page.getByRole('button', { name: machines.import.button }).first().click()
  await dialog.getByRole('button', { name: machines.import.own }).click()
  await expect(dialog.locator('.importFate', { hasText: machines.import.fates.known })).toHaveCount(2)
})

test('a table is dropped on the window, looked through, imported and taken back', async ({ page }) => {
  await begin(page)
  await page.getByRole('button', { name: machines.import.button }).first().click()
  const dialog = page.getByRole('dialog', { name: machines.import.title })
  const rows = Array.from({ length: 300 }, (_, at) => `pc-${at};10.1.${Math.floor(at / 256)}.${at % 256};Wien;3389`)
  const text = ['Rechnername;IP-Adresse;Standort;Port', ...rows, 'bad;not an address;;'].join('\r\n')
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer()
    data.items.add(new File([content], 'Inventar.csv', { type: 'text/csv' }))
    return data
  }, text)
  await dialog.locator('.dropPlace').dispatchEvent('drop', { dataTransfer: transfer })
  await expect(dialog.getByText('10.1.0.0', { exact: true })).toBeVisible()
  await dialog.getByText(`${machines.import.show.leftOut} 1`).click()
  await expect(dialog.getByText(machines.import.why.badAddress)).toBeVisible()
  await dialog.getByRole('button', { name: machines.import.do_other.replace('{{count}}', '300') }).click()
  await expect(dialog.getByText(machines.import.done_other.replace('{{count}}', '300'))).toBeVisible()
  await dialog.getByRole('button', { name: machines.import.undo }).click()
  await expect(dialog.getByText(machines.import.undone_other.replace('{{count}}', '300'))).toBeVisible()
})

test('F-30, F-31, F-32: hostile and equal names stay text, in rows of one height, and can be told apart', async ({ page }) => {
  await begin(page)
  const names = ['<img src=x onerror="document.title=1">', '{{7*7}} $t(common:app)', 'Café', 'CAFE\u0301', 'W'.repeat(200), '🖥️'.repeat(40)]
  const results = await page.evaluate(
    (all) =>
      Promise.all(
        all.map((name, index) =>
          window.gatehouse.call('machines.add', { name, address: `10.0.0.${index + 1}`, os: 'linux', site: '', tags: [], turnOnJit: true }),
        ),
      ),
    names,
  )
  expect(results.filter(({ ok }) => !ok)).toEqual([])
  await expect(page.locator('.machineRow')).toHaveCount(names.length)
  await expect(row(page, '<img src=x')).toBeVisible()
  await expect(row(page, '{{7*7}} $t(common:app)')).toBeVisible()
  await expect(page.locator('.machineRow img')).toHaveCount(0)
  const heights = await page.locator('.machineRow').evaluateAll((rows) => rows.map((one) => one.getBoundingClientRect().height))
  expect(new Set(heights)).toEqual(new Set([48]))
  // The two names that differ by case and Unicode form show their ids.
  await expect(page.locator('.machineRow').filter({ hasText: 'desk:' })).toHaveCount(2)
})

for (const [language, spoken] of [
  ['en', en],
  ['de', de],
] as const)
  for (const theme of ['light', 'dark'] as const)
    test(`every screen of the inventory is free of accessibility faults (${language}, ${theme})`, async ({ page }) => {
      await begin(page)
      await addMachine(page, 'web-1', '10.0.0.1')
      await addMachine(page, 'db-7', '10.0.0.2', { jit: false })
      await page.evaluate((part) => window.gatehouse.call('settings.change', part), { language, theme })
      await expect(page.getByRole('heading', { name: spoken.machines.title, level: 1 })).toBeVisible()
      await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', theme)
      await expectNoFaults(page, 'list')
      await row(page, 'web-1').click()
      await expect(page.getByRole('heading', { name: spoken.machines.overview.facts })).toBeVisible()
      await expectNoFaults(page, 'overview')
      await page.keyboard.press('i')
      await expect(page.getByRole('dialog', { name: 'web-1' })).toBeVisible()
      await expectNoFaults(page, 'details')
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: spoken.machines.import.button }).click()
      await expectNoFaults(page, 'import, before a file')
      await page.getByRole('button', { name: spoken.machines.import.own }).click()
      await expect(page.getByText('web-1.example.net')).toBeVisible()
      await expectNoFaults(page, 'import')
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: spoken.machines.add.title }).click()
      await expect(page.getByRole('dialog', { name: spoken.machines.add.title })).toBeVisible()
      await expectNoFaults(page, 'add')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Alt+5')
      await expect(page.getByRole('heading', { name: spoken.settings.title, level: 1 })).toBeVisible()
      await expectNoFaults(page, 'settings')
    })

async function expectNoFaults(page: Page, where: string): Promise<void> {
  expect(await faultsOf(page, where)).toEqual([])
}
