/** The console's main job without a mouse: add, connect, answer, work, go back, end. */
import type { Page } from '@playwright/test'
import type { Bridge } from '../../preload/contract.ts'
import { startSshd, type Sshd } from '../real/parts/sshd.ts'
import { expect, test } from './fixture.ts'

declare global {
  interface Window {
    readonly gatehouse: Bridge
  }
}

let sshd: Sshd
test.beforeAll(async () => {
  sshd = await startSshd()
})
test.afterAll(async () => {
  await sshd.stop()
})

/** The words on what has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const on = document.activeElement
    return on instanceof HTMLElement && on !== document.body ? (on.getAttribute('aria-label') ?? on.innerText).trim() : ''
  })

/** Presses a key until the focus is on something with these words; fails where the key goes round without coming to it. */
async function reach(page: Page, words: RegExp, key = 'Tab'): Promise<void> {
  const passed: string[] = []
  for (let steps = 0; steps < 40; steps++) {
    const here = await focused(page)
    if (words.test(here)) return
    passed.push(here.slice(0, 30))
    await page.keyboard.press(key)
  }
  throw new Error(`${words} is not to be reached with ${key}: ${passed.join(' → ')}`)
}

test('a machine is added, connected to, worked on and its access ended by keys alone', async ({ page }) => {
  await page.evaluate(() =>
    window.gatehouse.call('settings.change', { language: 'en', welcomed: true, ssh: { where: 'tab', useAgent: false, keyFiles: [] } }),
  )
  await expect(page.locator('[data-view=machines]')).toBeVisible()

  // Added.
  await reach(page, /^Add machine$/u)
  await page.keyboard.press('Enter')
  const add = page.getByRole('dialog', { name: 'Add machine' })
  await expect(add.getByLabel('Address')).toBeFocused()
  await page.keyboard.type(sshd.address)
  await page.keyboard.press('Tab')
  await page.keyboard.type('files-1')
  await reach(page, /^More options$/u)
  await page.keyboard.press('Enter')
  for (let steps = 0; steps < 10 && !(await add.getByLabel('SSH port').evaluate((field) => field === document.activeElement)); steps++)
    await page.keyboard.press('Tab')
  await page.keyboard.type(String(sshd.port))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'files-1' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  // Connected to: the search, down into the list, Enter.
  await page.keyboard.press('/')
  await page.keyboard.type('files')
  await expect(page.locator('.machineRow')).toHaveCount(1)
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('.machineRow')).toBeFocused()
  await page.keyboard.press('Enter')
  const attempt = page.locator('[data-attempt]')
  await expect(attempt.getByText(sshd.hostKeyFingerprint)).toBeVisible()
  await expect(attempt.getByLabel('Compare with…')).toBeFocused()

  // Put aside and taken up again.
  await page.keyboard.press('Escape')
  await expect(attempt).toHaveCount(0)
  await expect(page.locator('.machineRow')).toBeFocused()
  await reach(page, /needs an answer/u)
  await page.keyboard.press('Enter')
  await expect(attempt.getByLabel('Compare with…')).toBeFocused()
  await page.keyboard.type(sshd.hostKeyFingerprint)
  await expect(attempt.getByText('The same fingerprint.')).toBeVisible()
  // It arms itself half a second after the question: a fast machine presses Tab forty times before that.
  await expect(attempt.getByRole('button', { name: 'Trust and connect' })).toBeEnabled()
  await reach(page, /^Trust and connect$/u)
  await page.keyboard.press('Enter')
  await expect(attempt.getByLabel('User name')).toBeFocused()
  await page.keyboard.press('Control+a')
  await page.keyboard.type(sshd.user)
  await page.keyboard.press('Enter')
  await expect(attempt.getByLabel('Password', { exact: true })).toBeFocused()
  await page.keyboard.type(sshd.password)
  await page.keyboard.press('Enter')

  // Worked on: the terminal has the keyboard.
  await expect(page.locator('[data-terminal]')).toContainText('gatehouse$')
  await page.keyboard.type('echo $((6*7))-by-keys')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-terminal]')).toContainText('42-by-keys')

  // Out of the terminal, which takes the Tab key and F6.
  await page.keyboard.press('Control+F6')
  await expect(page.locator('[data-tabs] [role=tab]')).toBeFocused()
  await page.keyboard.press('Alt+2')
  await expect(page.getByRole('heading', { name: 'Access' })).toBeVisible()
  await reach(page, /^End access$/u)
  await page.keyboard.press('Enter')
  // The question takes the focus a moment after it is there.
  await expect(page.locator('.mantine-Popover-dropdown [data-autofocus]')).toBeFocused()
  await reach(page, /^End now$/u)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-grant][data-state=closed]')).toBeVisible()

  // Back to the tab, which says why it is over, and closed.
  await page.keyboard.press('F6')
  await expect(page.locator('[data-tabs] [role=tab]')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-end=grantEnded]')).toBeVisible()
  await page.keyboard.press('Control+F6')
  await page.keyboard.press('Delete')
  await expect(page.locator('[data-tabs] [role=tab]')).toHaveCount(0)
})
