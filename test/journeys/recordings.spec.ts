/** A technician records a terminal, pauses it, finds a word in it, and takes it away again; and what is on the disk tells nobody anything. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import type { Bridge } from '../../preload/contract.ts'
import { startKeyring, type Keyring } from '../real/parts/keyring.ts'
import { startSshd, type Sshd } from '../real/parts/sshd.ts'
import { faultsOf } from './accessibility.ts'
import { expect, startConsole, test, type Console } from './fixture.ts'

declare global {
  interface Window {
    readonly gatehouse: Bridge
  }
}

let sshd: Sshd
let keyring: Keyring
test.beforeAll(async () => {
  ;[sshd, keyring] = await Promise.all([startSshd(), startKeyring()])
})
test.afterAll(async () => {
  await Promise.all([sshd.stop(), keyring.stop()])
})

const terminal = (page: Page) => page.locator('[data-terminal]')
const mark = (page: Page) => page.locator('[data-recording-state]')

async function beInside(page: Page, when: 'ask' | 'always'): Promise<void> {
  const machine = { name: 'files-1', address: sshd.address, sshPort: sshd.port, user: sshd.user, turnOnJit: true }
  await page.evaluate(
    async ({ given, asked }) => {
      await window.gatehouse.call('settings.change', {
        welcomed: true,
        language: 'en',
        ssh: { where: 'tab', useAgent: false, keyFiles: [] },
        recordings: { when: asked, keepDays: 90, keepBytes: 2_000_000_000 },
      })
      await window.gatehouse.call('machines.add', { ...given, os: 'linux', site: 'Berlin', tags: [] })
    },
    { given: machine, asked: when },
  )
  const dialog = page.locator('[data-attempt]')
  await page.locator('.deed').first().click()
  await expect(dialog.getByText(sshd.hostKeyFingerprint)).toBeVisible()
  await dialog.getByRole('button', { name: 'Trust and connect' }).click()
  await dialog.getByLabel('Password', { exact: true }).fill(sshd.password)
  await page.keyboard.press('Enter')
  await expect(terminal(page)).toContainText('gatehouse$')
}

async function run(page: Page, command: string, seen: string): Promise<void> {
  await terminal(page).locator('textarea').focus()
  await page.keyboard.insertText(command)
  await page.keyboard.press('Enter')
  await expect(terminal(page)).toContainText(seen)
}

async function withConsole(env: Record<string, string>, journey: (console: Console) => Promise<void>): Promise<void> {
  const console = await startConsole({ env })
  try {
    await journey(console)
  } finally {
    await console.quit()
  }
}

test('REQ-9: a session is recorded after a yes, paused, replayed, searched, exported and deleted', async () => {
  await withConsole(keyring.env, async ({ page, dataFolder }) => {
    const title = await page.title()
    await beInside(page, 'ask')
    await expect(mark(page)).toHaveAttribute('data-recording-state', 'asked')
    await run(page, 'echo before-$((1+1))', 'before-2')
    await mark(page).getByRole('button', { name: 'Record', exact: true }).click()
    await expect(mark(page)).toHaveAttribute('data-recording-state', 'recording')
    await expect(mark(page)).toContainText('Recording')
    await run(page, `printf '\\033]0;owned\\007\\033]52;c;%s\\007' "$(printf owned | base64)"; echo "disk-full-$((40+2))"`, 'disk-full-42')
    expect(await faultsOf(page, 'a recorded session')).toEqual([])
    await mark(page).getByRole('button', { name: 'Pause the recording' }).click()
    await expect(mark(page)).toHaveAttribute('data-recording-state', 'paused')
    await run(page, 'echo private-$((3+4))', 'private-7')
    await mark(page).getByRole('button', { name: 'Go on recording' }).click()
    await expect(mark(page)).toHaveAttribute('data-recording-state', 'recording')
    await run(page, 'echo after-$((5+6))', 'after-11')
    await mark(page).getByRole('button', { name: 'Stop the recording' }).click()
    await mark(page).locator('[data-replay-session]').click()

    const replay = page.locator('[data-view=replay]')
    const screen = replay.locator('[data-replay]')
    await expect(replay.getByRole('heading', { name: 'files-1' })).toBeVisible()
    await screen.focus()
    await page.keyboard.press('End')
    await expect(screen).toContainText('after-11')
    await expect(screen).toContainText('disk-full-42')
    await expect(screen).not.toContainText('private-7')
    await expect(replay.locator('.replayGap')).toHaveCount(1)
    await page.keyboard.press('Home')
    await expect(replay.locator('[data-at="0"]')).toBeVisible()
    await expect(screen).not.toContainText('after-11')

    await page.keyboard.press('/')
    await page.keyboard.type('DISK-full-42')
    await expect(replay.locator('[data-hits="1"]')).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(screen).toContainText('disk-full-42')
    await expect(screen).not.toContainText('after-11')
    expect(await faultsOf(page, 'replay')).toEqual([])
    await replay.getByPlaceholder('Search what was shown').fill('private')
    await expect(replay.getByText('Nothing found')).toBeVisible()
    expect(await page.title()).toBe(title)

    await replay.getByRole('button', { name: 'Play', exact: true }).click()
    await expect(replay.locator('[data-play=false]')).toBeVisible({ timeout: 20_000 })
    await expect(screen).toContainText('after-11')

    const folder = path.join(dataFolder, 'recordings')
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(path.join(folder, name))
      for (const word of ['files-1', 'disk-full', 'after-', sshd.user]) expect(bytes.includes(word)).toBe(false)
    }

    await replay.locator('[data-export]').click()
    await page.getByRole('dialog', { name: 'Export without encryption?' }).locator('[data-confirm]').click()
    const exported = (await page.locator('[data-exported] [data-path]').textContent()) ?? ''
    const [header = '', ...lines] = readFileSync(exported, 'utf8').trimEnd().split('\n')
    expect(JSON.parse(header)).toMatchObject({ version: 2, title: 'files-1', env: { TERM: 'xterm-256color' } })
    expect(lines.join('\n')).toContain('disk-full-42')
    expect(lines.join('\n')).not.toContain('private-7')

    // From the event in the activity back to what was recorded.
    await page.locator('[data-place=audit]').click()
    await page
      .locator('.auditRow')
      .filter({ hasText: /record/iu })
      .first()
      .click()
    await page.locator('[data-replay-event]').click()
    await expect(replay.getByRole('heading', { name: 'files-1' })).toBeVisible()
    await screen.focus()
    await page.keyboard.press('End')
    await expect(screen).toContainText('after-11')

    await page.locator('[data-place=recordings]').click()
    await expect(page.locator('[data-recording]')).toHaveCount(1)
    expect(await faultsOf(page, 'recordings')).toEqual([])
    await page.getByRole('button', { name: 'More for the recording of' }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page.getByRole('dialog', { name: 'Delete this recording?' }).locator('[data-confirm]').click()
    await expect(page.getByText('No recordings yet')).toBeVisible()
    expect(readdirSync(folder)).toEqual([])
  })
})

test('VLT-2: without a keychain the bar says that nothing is recorded, and the session goes on', async () => {
  await withConsole(
    { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent', XDG_RUNTIME_DIR: '/nonexistent' },
    async ({ page, dataFolder }) => {
      await beInside(page, 'always')
      await expect(mark(page).locator('[data-recording-end=keychain]')).toBeVisible()
      await expect(mark(page)).toContainText('Not recorded: no keychain')
      await run(page, 'echo goes-$((1+1))', 'goes-2')
      expect(readdirSync(dataFolder)).not.toContain('recordings')
    },
  )
})
