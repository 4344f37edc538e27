/** A real gateway behind real TLS on loopback, and consoles that talk to it as the window does. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseConfig } from '../../../gateway/daemon/config.ts'
import { startDaemon, type Daemon } from '../../../gateway/daemon/daemon.ts'
import type { Clock } from '../../../gateway/deadlines.ts'
import type { Role } from '../../../preload/contract.ts'
import { openTestApp, type TestApp } from '../../main/testApp.ts'
import { freePort } from '../../real/parts/keeper.ts'
import { movableClock } from '../gatewayFixture.ts'

export interface Team {
  daemon: Daemon
  folder: string
  port: number
  clock: ReturnType<typeof movableClock>
  /** "127.0.0.1:8443" */
  address: string
  /** Stops it and starts it again on the same folder. */
  restart(more?: string): Promise<void>
}

export async function startTeam(options: { clock?: ReturnType<typeof movableClock>; more?: string } = {}): Promise<Team> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-daemon-'))
  const clock = options.clock ?? movableClock()
  const port = await freePort()
  const start = (more = '') => startDaemon(configFor(folder, port, more), clock, { info: () => {}, error: () => {} })
  const team: Team = {
    daemon: await start(options.more),
    folder,
    port,
    clock,
    address: `127.0.0.1:${port}`,
    async restart(more = options.more) {
      await team.daemon.stop()
      team.daemon = await start(more)
    },
  }
  onTestFinished(async () => {
    await team.daemon.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return team
}

export function configFor(folder: string, port: number, more = '') {
  const lines = [
    'name: Test team',
    `address: 127.0.0.1:${port}`,
    ...(more.startsWith('listen:') ? [] : ['listen: { address: 127.0.0.1 }']),
    'relay: { address: 127.0.0.1 }',
    `dataFolder: ${folder}`,
    'administrator: Ada',
    more,
  ]
  return parseConfig(lines.join('\n'), 'gatehouse.yaml')
}

/** A console of its own that has joined. `gatewayId` is the gateway's there. */
export async function joinAs(code: string, clock?: Clock): Promise<TestApp & { gatewayId: string }> {
  const console = await openTestApp(clock ? { clock } : {})
  const { gatewayId } = await console.call('account.joinGateway', { code })
  return { ...console, gatewayId }
}

/** The first administrator's console. */
export function joinAsAda(team: Team): ReturnType<typeof joinAs> {
  return joinAs(team.daemon.invitation ?? '')
}

export async function inviteAndJoin(ada: TestApp & { gatewayId: string }, name: string, roles: Role[]): ReturnType<typeof joinAs> {
  const { code } = await ada.call('account.invite', { gatewayId: ada.gatewayId, name, roles })
  return joinAs(code)
}
