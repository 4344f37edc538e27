/**
 * Thirty values that nobody else may read, through a whole journey: machines of a team, a session with its password, what was typed and shown there and
 * recorded, searches, the activity and an export of it. Then every file that the console left is looked through, and what it left for a while.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { words as en } from '../../renderer/words/en.ts'
import { filesWith } from '../real/parts/filesWith.ts'
import { startKeyring, type Keyring } from '../real/parts/keyring.ts'
import { startSshd, type Sshd } from '../real/parts/sshd.ts'
import { expect, startConsole, test } from './fixture.ts'
import { join, startGateway, type Server } from './teamGateway.ts'

const many = 30
/** Letters alone, as each word of a name, so that an index of words would have it whole. */
const newCanary = (): string =>
  `kanari${randomBytes(10)
    .toString('hex')
    .replaceAll(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)))}`

let sshd: Sshd
let server: Server
let keyring: Keyring
test.beforeAll(async () => {
  ;[sshd, server, keyring] = await Promise.all([startSshd(), startGateway(), startKeyring()])
})
test.afterAll(async () => {
  await Promise.all([sshd.stop(), server.stop(), keyring.stop()])
})

/** Each canary once in a field of a machine; the first machine can be connected to. */
async function addMachines(page: Page, canaries: readonly string[]): Promise<void> {
  const rest = { address: sshd.address, sshPort: sshd.port, os: 'linux' as const, turnOnJit: true }
  const machines = Array.from({ length: canaries.length / 4 }, (_, at) => {
    const [name = '', site = '', tag = '', words = ''] = canaries.slice(at * 4)
    return { ...rest, name, site, tags: [tag, words] }
  })
  await page.evaluate(async (list) => {
    const asked = await window.gatehouse.call('account.gateways', {})
    const team = asked.ok ? asked.value.gateways.find(({ isDesk }) => !isDesk) : undefined
    if (!team) throw new Error('this console has not joined')
    for (const machine of list) {
      const added = await window.gatehouse.call('machines.add', { ...machine, gatewayId: team.id })
      if (!added.ok) throw new Error(JSON.stringify(added.failure))
    }
  }, machines)
}

test('no plain text of what is a secret, or of what a team’s log and inventory say, is in any file that the console leaves', async () => {
  test.setTimeout(120_000)
  const canaries = Array.from({ length: many - 1 }, newCanary)
  // Four for each of seven machines; one that the terminal shows, which it also records. The thirtieth is the password.
  const [shown = ''] = canaries.slice(-1)
  const secrets = [...canaries, sshd.password]
  const [connectedTo = '', site = '', tag = ''] = canaries
  const home = mkdtempSync(path.join(tmpdir(), 'gatehouse-canaries-'))
  const temporary = path.join(home, 'tmp')
  const data = path.join(home, 'data')
  mkdirSync(temporary)
  try {
    const console = await startConsole({ env: { ...keyring.env, HOME: home, TMPDIR: temporary }, dataFolder: data })
    const { page } = console
    let exported = ''
    try {
      await page.evaluate(() =>
        window.gatehouse.call('settings.change', {
          language: 'en',
          ssh: { where: 'tab', useAgent: false, keyFiles: [] },
          recordings: { when: 'always', keepDays: 90, keepBytes: 2_000_000_000 },
        }),
      )
      await join(page, server, server.invitation)
      await addMachines(page, canaries.slice(0, -1))
      await expect(page.locator('.machineRow')).toHaveCount((many - 2) / 4)
      await page.locator('input[type=search]').fill(tag)
      await expect(page.locator('.machineRow')).toHaveCount(1)

      await page.locator('.deed').first().click()
      const dialog = page.locator('[data-attempt]')
      await dialog.getByRole('button', { name: en.sessions.hostKey.trust }).click()
      await dialog.getByLabel(en.sessions.user.label).fill(sshd.user)
      await page.keyboard.press('Enter')
      await dialog.getByLabel(en.sessions.password.label, { exact: true }).fill(sshd.password)
      await page.keyboard.press('Enter')
      const terminal = page.locator('[data-terminal]')
      await expect(terminal).toContainText('gatehouse$')
      await terminal.locator('textarea').focus()
      await page.keyboard.insertText(`echo ${shown}`)
      await page.keyboard.press('Enter')
      await expect(terminal).toContainText(shown)
      await page.keyboard.insertText('exit')
      await page.keyboard.press('Enter')
      await expect(page.locator('[data-end]')).toBeVisible()

      await page.locator('[data-place=audit]').click()
      await expect(page.locator('.auditView')).toContainText(connectedTo)
      await page.getByPlaceholder(en.audit.filter.search).fill(site)
      const kept = await page.evaluate(async () => {
        const started = await window.gatehouse.call('audit.export', { filter: {}, format: 'csv' })
        if (!started.ok) throw new Error(JSON.stringify(started.failure))
        for (;;) {
          const reply = await window.gatehouse.call('audit.exports', {})
          const one = reply.ok ? reply.value.exports[0] : undefined
          if (one && one.state !== 'running') return one
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      })
      if (kept.path === undefined) throw new Error(`nothing was exported: ${JSON.stringify(kept)}`)
      exported = kept.path
      // While it runs: what is written for a while, such as SQLite's own files.
      expect(filesWith(home, secrets).filter(({ file }) => file !== exported)).toEqual([])
    } finally {
      await console.quit()
    }
    expect(readdirSync(path.join(data, 'recordings')).length).toBeGreaterThan(0)
    expect(filesWith(home, secrets).filter(({ file }) => file !== exported)).toEqual([])
    // That this finds what is there: what was asked for has it, and is in the folder that was looked through.
    expect(filesWith(home, [connectedTo])).toEqual([{ file: exported, text: connectedTo }])
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
})
