/**
 * What a sign-in by approval needs, all of it real: a gateway, a machine with its agent, sshd, PAM and sudo, and the console of somebody who enrolled it.
 * The gateway runs in this process, so that ten minutes of its clock need not be waited for.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { startDaemon } from '../../gateway/daemon/daemon.ts'
import { words as en } from '../../renderer/words/en.ts'
import { configFor } from '../gateway/daemon/daemonFixture.ts'
import { movableClock } from '../gateway/gatewayFixture.ts'
import { startAgentMachine, type AgentMachine } from '../real/parts/agentMachine.ts'
import { eventually, freePort } from '../real/parts/keeper.ts'
import { expect } from './fixture.ts'

export interface MovableGateway {
  fingerprint: string
  invitation: string
  clock: ReturnType<typeof movableClock>
  stop(): Promise<void>
}

export async function startMovableGateway(): Promise<MovableGateway> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-sign-in-'))
  const clock = movableClock()
  const daemon = await startDaemon(configFor(folder, await freePort()), clock, { info() {}, error() {} })
  return {
    fingerprint: daemon.fingerprint,
    invitation: daemon.invitation ?? '',
    clock,
    async stop() {
      await daemon.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A machine of the team's gateway with SSH; policy wants sign-ins by approval everywhere. Answers its id. */
export function addMachine(page: Page, machine: { name: string; sshPort: number; user?: string }): Promise<string> {
  return page.evaluate(async (given) => {
    const asked = await window.gatehouse.call('account.gateways', {})
    const gatewayId = (asked.ok && asked.value.gateways.find(({ isDesk }) => !isDesk)?.id) || ''
    const machineOf = { gatewayId, address: '127.0.0.1', os: 'linux' as const, site: 'Bern', tags: [], turnOnJit: true, ...given }
    const added = await window.gatehouse.call('machines.add', machineOf)
    if (!added.ok) throw new Error(JSON.stringify(added.failure))
    return added.value.machineId
  }, machine)
}

export function turnOnSignIns(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const asked = await window.gatehouse.call('account.gateways', {})
    const level = `${(asked.ok && asked.value.gateways.find(({ isDesk }) => !isDesk)?.id) || ''}:company`
    const jitAdmin = { enabled: true, userName: 'jit', afterSignOut: 'delete' as const, title: 'Contoso help desk' }
    const reply = await window.gatehouse.call('policies.change', {
      levels: [{ level, version: 0 }],
      patch: { jitAdmin },
      confirmOverwrite: true,
    })
    if (!reply.ok) throw new Error(JSON.stringify(reply.failure))
  })
}

export interface EnrolledMachine extends AgentMachine {
  /** Whether something is running there under these arguments; what has ended and is not fetched yet does not count. */
  runs(args: string): Promise<boolean>
}

export async function startMachine(): Promise<EnrolledMachine> {
  const machine = await startAgentMachine()
  return {
    ...machine,
    runs: async (args) =>
      (await machine.run('ps', '-eo', 'stat,args')).split('\n').some((line) => !line.startsWith('Z') && line.includes(args)),
  }
}

/** From the machine's details: the one command that the console shows is run on the machine; its agent runs until the machine stops. */
export async function enrol(page: Page, name: string, machine: AgentMachine): Promise<void> {
  await page.locator('.machineRow').filter({ hasText: name }).locator('.deedMore').click()
  await page.locator('[data-enrol]').click()
  await page.locator('[data-make-command]').click()
  const command = await page.locator('[data-command]').innerText()
  expect(command).toMatch(/^sudo node gatehouse-agent\.mjs enrol MACH-/)
  await machine.run(process.execPath, machine.bundle, 'enrol', '--no-systemd', command.split(' ').at(-1) ?? '')
  machine.start('gatehouse-agent', ['run'])
  await eventually('challenges for jit', 20_000, async () => {
    const status = await machine.run('gatehouse-agent', 'status').catch(() => '')
    return status.includes('Challenges: for jit\n')
  })
  await page.getByRole('dialog').getByRole('button', { name: en.common.done }).click()
}
