/** A gateway behind real TLS, and a technician's console that joined it. Stopped by whoever started it. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon, type Daemon } from '../../../gateway/daemon/daemon.ts'
import { createApp } from '../../../main/app.ts'
import { calls, type CallName, type Input, type Output } from '../../../preload/contract.ts'
import { fakePorts } from '../../fakes/fakePorts.ts'
import { configFor } from '../../gateway/daemon/daemonFixture.ts'
import { movableClock } from '../../gateway/gatewayFixture.ts'
import { eventually, freePort } from './keeper.ts'

type Decision = Input<'challenges.decide'>['decision']

export interface AgentTeam {
  clock: ReturnType<typeof movableClock>
  call: <Name extends CallName>(name: Name, input: Input<Name>) => Promise<Output<Name>>
  gatewayId: string
  machineId: string
  /** For `gatehouse-agent enrol`. */
  code(): Promise<string>
  /** What policy says of sign-ins at the machine. */
  policy(jitAdmin: Partial<NonNullable<Input<'policies.change'>['patch']['jitAdmin']>>): Promise<void>
  /** The technician opens the way to the machine, as policy wants it before an approval. */
  open(): Promise<void>
  /** Reads the code and decides, with the number that the machine shows. */
  decide(text: string, decision: Decision, number?: string): Promise<Output<'challenges.decide'>>
  /** States of the machine's sign-ins, newest first. */
  states(): Promise<string[]>
  /** The gateway is gone, and comes back. */
  away(during: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

const silent = { info: () => {}, error: () => {} }

export async function startAgentTeam(sshPort: number): Promise<AgentTeam> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-agent-team-'))
  const clock = movableClock()
  const config = configFor(folder, await freePort())
  let daemon: Daemon = await startDaemon(config, clock, silent)
  // The console has the same clock, so that moving it is the passing of time and no fault of a clock.
  const ports = fakePorts({ clock: { ...fakePorts().clock, now: () => clock.now() } })
  const app = await createApp(ports)

  async function call<Name extends CallName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    const reply = await app.call(name, input)
    if (!reply.ok) throw new Error(`${name} was refused: ${JSON.stringify(reply.failure)}`)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the schema of this very name
    return calls[name].output.parse(reply.value) as Output<Name>
  }

  const { gatewayId } = await call('account.joinGateway', { code: daemon.invitation ?? '' })
  const machine = { name: 'web-1', address: '127.0.0.1', os: 'linux' as const, site: 'Berlin', tags: [], turnOnJit: true }
  const { machineId } = await call('machines.add', { ...machine, sshPort, gatewayId })
  const level = `${gatewayId}:machine:${machineId.slice(machineId.indexOf(':') + 1)}`

  return {
    clock,
    call,
    gatewayId,
    machineId,
    code: async () => (await call('machines.enrol', { machineId })).code,
    async policy(jitAdmin) {
      const { version, effective } = await call('policies.get', { level })
      const patch = { jitAdmin: { ...effective.jitAdmin.value, ...jitAdmin } }
      await call('policies.change', { levels: [{ level, version }], patch, confirmOverwrite: true })
    },
    async open() {
      const wanted = { idempotencyKey: randomUUID(), machines: [{ machineId, ports: [sshPort] }], durationMs: 3_600_000, reason: 'printer' }
      const { results } = await call('grants.request', wanted)
      if (results.some(({ result }) => !result.ok)) throw new Error(`no grant: ${JSON.stringify(results)}`)
    },
    async decide(text, decision, number) {
      const read = async () => (await call('challenges.read', { texts: [text], foundIn: 'typed' })).results[0]
      let first = await read()
      // A console whose clock was moved takes itself for one that slept, and lets go of its connections; a person would ask again, too.
      await eventually('the gateway to be asked', 10_000, async () => {
        if (first?.ok === false && first.why === 'offline') first = await read()
        return first?.ok === true || first?.why !== 'offline'
      })
      if (first?.ok !== true) throw new Error(`not a challenge: ${JSON.stringify(first)}`)
      const { ref, digest } = first.challenge
      const typed = number === undefined ? {} : { number }
      const decided = await call('challenges.decide', { ref, decision, digest, ...typed })
      if (decided.result !== 'changed') return decided
      // The machine has just said more of itself (F-74): what it is now is looked at, and decided on.
      return call('challenges.decide', { ref, decision, digest: decided.challenge.digest, ...typed })
    },
    states: async () => (await call('machines.signIns', { machineId })).signIns.map(({ state }) => state),
    async away(during) {
      await daemon.stop()
      await during()
      daemon = await startDaemon(config, clock, silent)
    },
    async stop() {
      await app.close()
      ports.remove()
      await daemon.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
