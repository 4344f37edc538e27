/** What a hostile machine prints colours text and moves the cursor, and nothing else; what is pasted and copied is what the person meant. */
import type { Locator, Page } from '@playwright/test'
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

const terminal = (page: Page) => page.locator('[data-terminal]')

/** A console with a terminal on the real machine in front. */
async function beInside(page: Page): Promise<void> {
  const machine = { name: 'files-1', address: sshd.address, sshPort: sshd.port, user: sshd.user, turnOnJit: true }
  await page.evaluate(async (given) => {
    await window.gatehouse.call('settings.change', {
      welcomed: true,
      language: 'en',
      ssh: { where: 'tab', useAgent: false, keyFiles: [] },
    })
    await window.gatehouse.call('machines.add', { ...given, os: 'linux', site: 'Berlin', tags: [] })
  }, machine)
  const dialog = page.locator('[data-attempt]')
  await page.locator('.deed').first().click()
  await expect(dialog.getByText(sshd.hostKeyFingerprint)).toBeVisible()
  await dialog.getByRole('button', { name: 'Trust and connect' }).click()
  await dialog.getByLabel('Password', { exact: true }).fill(sshd.password)
  await page.keyboard.press('Enter')
  await expect(terminal(page)).toContainText('gatehouse$')
}

async function run(page: Page, command: string): Promise<void> {
  await terminal(page).locator('textarea').focus()
  await page.keyboard.insertText(command)
  await page.keyboard.press('Enter')
}

const copy = (page: Page, text: string) => page.evaluate((given) => window.gatehouse.call('app.copyText', { text: given }), text)

/** What the clipboard holds, by the one way that a page has without a right: pasting. */
async function clipboard(page: Page): Promise<string> {
  await terminal(page).locator('textarea').focus()
  await page.keyboard.press('Control+Shift+F')
  const field = page.getByPlaceholder('Search the terminal')
  await field.fill('')
  await field.press('Control+v')
  const text = await field.inputValue()
  await field.press('Escape')
  return text
}

/** Where a row is. It is drawn anew whenever it changes, and then another element. */
async function placeOf(row: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  for (;;) {
    const box = await row.boundingBox()
    if (box) return box
  }
}

test('hostile output reaches neither the clipboard nor the title, opens nothing, and types nothing for the person', async ({ page }) => {
  await beInside(page)
  await copy(page, 'mine')
  const title = await page.title()
  const stolen = Buffer.from('rm -rf /').toString('base64')
  // Clipboard written and asked for (OSC 52), titles (OSC 0, 1, 2), a notification (OSC 9, 777), and a link that lies (OSC 8).
  await run(
    page,
    `printf '\\033]52;c;${stolen}\\007\\033]0;owned\\007\\033]1;owned\\007\\033]2;owned\\007\\033]9;owned\\007\\033]777;notify;a;b\\007'; echo done-$((1+1))`,
  )
  await expect(terminal(page)).toContainText('done-2')
  expect(await clipboard(page)).toBe('mine')
  expect(await page.title()).toBe(title)

  // Whatever the terminal would answer is what a program reads; the shell would take it as typed.
  await run(
    page,
    `bash -c 'stty raw -echo; printf "\\033]52;c;?\\007\\033[21t\\033[20t\\033[14t\\033[18t\\033[3;1;1t\\033[8;5;5t\\005\\033]2;owned\\007\\033]0;?\\007"; IFS= read -r -t 1 -N 400 reply; stty sane; printf "reply=[%q]\\n" "$reply"'`,
  )
  await expect(terminal(page)).toContainText("reply=['']")
  // The reader does read: what kind of terminal this is may be asked (DA1).
  await run(page, `bash -c 'stty raw -echo; printf "\\033[c"; IFS= read -r -t 1 -N 40 reply; stty sane; printf "kind=%q\\n" "$reply"'`)
  await expect(terminal(page)).toContainText(/kind=.*1;2c/u)
  // A request for a setting (DECRQSS) is answered with that setting at most: never with a line end, which would run it.
  await run(
    page,
    `bash -c 'stty raw -echo; printf "\\033P\\$qrm -rf /\\r\\033\\\\\\\\\\033P\\$qm\\033\\\\\\\\"; IFS= read -r -t 1 -N 400 reply; stty sane; case "$reply" in *$(printf "\\r")*|*$(printf "\\n.")*|*rm*) echo verdict=harm;; *) echo verdict=$((40+2));; esac'`,
  )
  await expect(terminal(page)).toContainText('verdict=42')
})

test('a link that a machine prints is opened only after its real target was shown, and only on the web', async ({ page }) => {
  await beInside(page)
  await run(
    page,
    `clear; printf '\\033]8;;https://evil.example/path\\033\\\\good.example\\033]8;;\\033\\\\ \\033]8;;javascript:alert(1)\\033\\\\script-link\\033]8;;\\033\\\\\\n'`,
  )
  // Not the line that was typed, which has these words too.
  await expect(terminal(page)).toContainText('good.example script-link')
  const click = async (text: string) => {
    const row = terminal(page).locator('.xterm-rows').getByText(text, { exact: false }).last()
    const box = await placeOf(row)
    const [x, y] = [box.x + 20, box.y + box.height / 2]
    await page.mouse.move(x - 5, y)
    await page.mouse.move(x, y, { steps: 3 })
    await page.mouse.click(x, y)
  }
  await click('script-link')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await click('good.example')
  const question = page.getByRole('dialog', { name: 'Open this web page?' })
  await expect(question).toContainText('https://evil.example/path')
  await page.keyboard.press('Escape')
  await expect(question).toHaveCount(0)
})

test('several lines are pasted only when the person says so; one line at once; Ctrl+Shift+C copies the selection', async ({ page }) => {
  await beInside(page)
  await copy(page, 'echo one-$((1+1))\necho two-$((2+2))\n')
  await terminal(page).locator('textarea').focus()
  await page.keyboard.press('Control+Shift+V')
  const question = page.getByRole('dialog', { name: 'Paste 2 lines?' })
  await expect(question).toContainText('echo two-$((2+2))')
  await page.keyboard.press('Escape')
  await expect(question).toHaveCount(0)
  await expect(terminal(page)).not.toContainText('one-2')

  await copy(page, 'echo three-$((3+3))')
  await terminal(page).locator('textarea').focus()
  await page.keyboard.press('Control+Shift+V')
  await expect(terminal(page)).toContainText('echo three')
  await expect(question).toHaveCount(0)
  await page.keyboard.press('Enter')
  await expect(terminal(page)).toContainText('three-6')

  await run(page, 'clear; echo copy-this-word')
  const line = terminal(page)
    .locator('.xterm-rows > div')
    .filter({ hasText: /^copy-this-word/u })
    .first()
  await expect(line).toBeVisible()
  const box = await placeOf(line)
  await page.mouse.dblclick(box.x + 30, box.y + box.height / 2)
  await page.keyboard.press('Control+Shift+C')
  expect(await clipboard(page)).toContain('copy')
})

test('a window that is loaded again finds its question and its terminal as they were', async ({ page }) => {
  await beInside(page)
  await page.reload()
  await page.locator('[data-tabs] [role=tab]').first().click()
  // The shell draws its prompt again without a key being pressed.
  await expect(terminal(page)).toContainText('gatehouse$')
  await run(page, 'echo still-$((20+1))')
  await expect(terminal(page)).toContainText('still-21')

  await sshd.changeHostKey()
  await page.evaluate(async () => {
    const listed = await window.gatehouse.call('machines.list', {
      tab: 'configured',
      search: '',
      sort: 'name',
      descending: false,
      offset: 0,
      limit: 1,
    })
    const machineId = listed.ok ? listed.value.rows[0]?.id : undefined
    if (machineId === undefined) return
    const detail = await window.gatehouse.call('machines.get', { machineId })
    for (const { fingerprint } of detail.ok ? detail.value.hostKeys : [])
      await window.gatehouse.call('machines.unpin', { machineId, fingerprint })
    const grants = await window.gatehouse.call('grants.list', {})
    for (const { grantId } of grants.ok ? grants.value.grants : []) await window.gatehouse.call('grants.release', { grantId })
  })
  await page.locator('[data-rail] button').first().click()
  await page.locator('.deed').first().click()
  await expect(page.locator('[data-attempt]').getByText(sshd.hostKeyFingerprint)).toBeVisible()
  await page.reload()
  await expect(page.locator('[data-attempt]').getByText(sshd.hostKeyFingerprint)).toBeVisible()
  await page.locator('[data-attempt]').getByRole('button', { name: 'Don’t connect' }).click()
  await expect(page.locator('[data-failure=identityRefused]')).toBeVisible()
})
