/**
 * Two people at two consoles on one real gateway: one asks, the other approves, and the first is inside. Then the first is disabled, and
 * what was open is cut.
 */
import type { Page } from '@playwright/test'
import { words as en } from '../../renderer/words/en.ts'
import { type Keyring, startKeyring } from '../real/parts/keyring.ts'
import { startSshd, type Sshd } from '../real/parts/sshd.ts'
import { type Console, expect, test } from './fixture.ts'
import { consoleOf, join, startGateway, type Server } from './teamGateway.ts'

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

/** A new console of somebody with a keychain of their own. */
async function newConsole(keyring: Keyring | undefined): Promise<Page> {
  const console = await consoleOf(keyring)
  consoles = [...consoles, console]
  return console.page
}

test('one person asks, another approves, the first is inside; and is cut off when disabled', async () => {
  test.setTimeout(120_000)
  const ada = await newConsole(keyrings[0])
  await join(ada, server, server.invitation)
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

  const bjorn = await newConsole(keyrings[1])
  await join(bjorn, server, code)
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
