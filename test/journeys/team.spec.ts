/**
 * Two people at two consoles on one real gateway: one asks, the other approves, and the first is inside. Then the first is disabled, and
 * what was open is cut.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { words as en } from '../../renderer/words/en.ts'
import { freePort } from '../real/parts/keeper.ts'
import { type Keyring, startKeyring } from '../real/parts/keyring.ts'
import { startSshd, type Sshd } from '../real/parts/sshd.ts'
import { type Console, expect, startConsole, test } from './fixture.ts'

const repository = path.join(import.meta.dirname, '../..')

interface Server {
  fingerprint: string
  invitation: string
  stop(): Promise<void>
}

/** `npm run gateway`, as an operator starts it: the fingerprint and the first invitation are on its terminal. */
async function startGateway(): Promise<Server> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-team-'))
  const config = path.join(folder, 'gatehouse.yaml')
  const lines = [
    'name: Contoso',
    `address: 127.0.0.1:${await freePort()}`,
    'listen: { address: 127.0.0.1 }',
    'relay: { address: 127.0.0.1 }',
    `dataFolder: ${path.join(folder, 'data')}`,
    'administrator: Ada',
  ]
  writeFileSync(config, lines.join('\n'))
  const child: ChildProcess = spawn(process.execPath, ['gateway/serve.ts', '--config', config], {
    cwd: repository,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let told = ''
  child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()))
  const find = (what: RegExp): string => what.exec(told)?.[0] ?? ''
  await expect.poll(() => find(/GATE-[A-Z2-7-]+/) || (child.exitCode === null ? '' : told), { timeout: 20_000 }).toMatch(/^GATE-/)
  return {
    fingerprint: find(/(?<=fingerprint[^\n]*\n\n {2})\S+/),
    invitation: find(/GATE-[A-Z2-7-]+/),
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

let sshd: Sshd
let server: Server
let keyrings: Keyring[] = []
let consoles: Console[] = []

test.beforeAll(async () => {
  ;[sshd, server, ...keyrings] = await Promise.all([startSshd(), startGateway(), startKeyring(), startKeyring()])
})
test.afterAll(async () => {
  for (const console of consoles) await console.quit()
  await Promise.all([sshd.stop(), server.stop(), ...keyrings.map((keyring) => keyring.stop())])
})

/** A new console of somebody with a keychain of their own, in English. */
async function consoleOf(keyring: Keyring | undefined): Promise<Page> {
  const console = await startConsole({ env: keyring?.env ?? {} })
  consoles = [...consoles, console]
  await console.page.evaluate(() =>
    window.gatehouse.call('settings.change', { language: 'en', ssh: { where: 'tab', useAgent: false, keyFiles: [] } }),
  )
  return console.page
}

/** From the first screen: paste, compare, join. */
async function join(page: Page, code: string): Promise<void> {
  await page.getByRole('button', { name: en.welcome.join.title }).click()
  const dialog = page.getByRole('dialog', { name: en.people.join.title })
  await dialog.getByLabel(en.people.join.code).fill(code)
  await dialog.getByRole('button', { name: en.people.join.look }).click()
  await expect(dialog.locator('[data-fingerprint]')).toHaveText(server.fingerprint)
  await expect(dialog.locator('[data-join]')).toBeDisabled()
  await dialog.getByLabel(en.people.join.same).check()
  await dialog.locator('[data-join]').click()
  await expect(dialog).toBeHidden()
}

test('one person asks, another approves, the first is inside; and is cut off when disabled', async () => {
  test.setTimeout(120_000)
  const ada = await consoleOf(keyrings[0])
  await join(ada, server.invitation)
  const gatewayId = await ada.evaluate(
    async (machine) => {
      const asked = await window.gatehouse.call('account.gateways', {})
      const team = asked.ok ? asked.value.gateways.find(({ isDesk }) => !isDesk) : undefined
      if (!team) throw new Error('this console has not joined')
      const added = await window.gatehouse.call('machines.add', { ...machine, gatewayId: team.id })
      if (!added.ok) throw new Error(JSON.stringify(added.failure))
      return team.id
    },
    { name: 'files-1', address: sshd.address, sshPort: sshd.port, os: 'linux' as const, site: 'Bern', tags: [], turnOnJit: false },
  )

  // The company's rules: SSH, with one approver.
  await ada.locator('[data-place=policies]').click()
  await ada.locator(`[data-level="${gatewayId}:company"]`).click()
  const here = (name: string) => ada.getByRole('region', { name, exact: true })
  const linux = en.policies.view.rulesOf.replace('{{os}}', en.machines.os.linux)
  const approval = en.policies.view.approval
  await here(linux).getByText(en.policies.view.here, { exact: true }).click()
  await here(linux).getByLabel(en.policies.customPort).fill(String(sshd.port))
  await here(linux).getByRole('button', { name: en.policies.addPort, exact: true }).click()
  await here(approval.title).getByText(en.policies.view.here, { exact: true }).click()
  await here(approval.title).getByText(approval.oneApprover, { exact: true }).click()
  await ada.locator('[data-review]').click()
  await ada.locator('[data-save-policy]').click()
  await expect(ada.getByRole('dialog')).toHaveCount(0)

  // An invitation for Björn, told once.
  await ada.locator('[data-place=people]').click()
  await ada.locator('[data-invite]').click()
  await ada.getByLabel(en.people.field.name).fill('Björn')
  await ada.getByRole('button', { name: en.people.invite.do }).click()
  const code = await ada.locator('[data-code]').innerText()
  await ada.getByRole('dialog').getByRole('button', { name: en.common.done }).click()
  await expect(ada.locator('[data-invitation="Björn"]')).toBeVisible()

  const bjorn = await consoleOf(keyrings[1])
  await join(bjorn, code)
  await expect(ada.locator('[data-person="Björn"]')).toBeVisible()
  await expect(bjorn.locator('[data-place=people]')).toHaveCount(0)
  await bjorn
    .locator('.machineRow')
    .filter({ hasText: 'files-1' })
    .getByRole('button', { name: /^Connect/u })
    .click()
  await expect(bjorn.locator('[data-waiting]')).toContainText(en.people.waiting.text_one)

  // APR-7: a badge, and what is asked for; F-76: not within half a second of its appearing.
  await expect(ada.locator('[data-place=approvals] .badge')).toHaveText('1')
  await ada.locator('[data-place=approvals]').click()
  const request = ada.locator('[data-request]')
  await expect(request).toContainText('Björn')
  await expect(request).toContainText('files-1')
  await expect(request).toContainText(String(sshd.port))
  await request.locator('[data-approve]').focus()
  await ada.waitForTimeout(600)
  await ada.keyboard.press('Enter')
  await expect(request).toHaveCount(0)

  const attempt = bjorn.locator('[data-attempt]')
  await attempt.getByRole('button', { name: en.sessions.hostKey.trust }).click()
  const user = attempt.getByLabel(en.sessions.user.label)
  await user.fill(sshd.user)
  await user.press('Enter')
  const password = attempt.getByLabel(en.sessions.password.label, { exact: true })
  await password.fill(sshd.password)
  await password.press('Enter')
  await expect(bjorn.locator('[data-terminal]')).toContainText('gatehouse$')

  // Disabled: everything that is open ends at once, and the console is not taken any more.
  await ada.locator('[data-place=people]').click()
  await ada.locator('[data-person="Björn"]').getByRole('button').click()
  await ada.getByRole('menuitem', { name: en.people.menu.disable }).click()
  const disabledAt = Date.now()
  await ada.locator('[data-disable]').click()
  await expect(bjorn.locator('[data-end]')).toBeVisible()
  expect(Date.now() - disabledAt).toBeLessThan(5000)
  await expect(ada.locator('[data-person="Björn"]')).toContainText(en.people.state.disabled)
})
