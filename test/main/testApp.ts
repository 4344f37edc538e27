/** The whole app with the real embedded gateway, on fake ports; every call typed by the contract. */
import { expect, onTestFinished } from 'vitest'
import { AuditEvents } from '../../gateway/api.ts'
import { createApp, type App } from '../../main/app.ts'
import { calls, type CallName, type Failure, type Input, type Output, type Topic } from '../../preload/contract.ts'
import { fakePorts, type FakePorts } from '../fakes/fakePorts.ts'

export interface TestApp {
  readonly app: App
  readonly ports: FakePorts
  /** The answer; a failure is thrown as it is. */
  call: <Name extends CallName>(name: Name, input: Input<Name>) => Promise<Output<Name>>
  /** The failure; an answer is an error. */
  refusal: (name: CallName, input: unknown) => Promise<Failure>
  /** Resolves with the first ring of the topic from now on. */
  ring: (topic: Topic) => Promise<void>
  /** The newest events that fit, once all that the desk's log has now are in the copy. */
  logged: (filter?: Input<'audit.list'>['filter']) => Promise<Output<'audit.list'>['rows']>
  /** Adds a machine with JIT on and answers its id. */
  addMachine: (machine?: Partial<Input<'machines.add'>>) => Promise<string>
}

/** Closes, and takes its folder away, when the test ends. `folder`: that of an app before, which is closed already. */
export async function openTestApp(options: Parameters<typeof fakePorts>[0] = {}): Promise<TestApp> {
  const ports = fakePorts(options)
  const app = await createApp(ports)
  onTestFinished(async () => {
    await app.close()
    ports.remove()
  })

  async function call<Name extends CallName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    const reply = await app.call(name, input)
    if (!reply.ok) throw new Error(`${name} was refused: ${JSON.stringify(reply.failure)}`)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the schema of this very name
    return calls[name].output.parse(reply.value) as Output<Name>
  }

  return {
    app,
    ports,
    call,
    async refusal(name, input) {
      const reply = await app.call(name, input)
      if (reply.ok) throw new Error(`${name} was not refused: ${JSON.stringify(reply.value)}`)
      return reply.failure
    },
    ring(topic) {
      return new Promise((resolve) => {
        const stop = app.onChange((rung) => {
          if (rung !== topic) return
          stop()
          resolve()
        })
      })
    },
    async logged(filter = {}) {
      const answer = await app.fetch('desk', { method: 'GET', path: '/v1/audit?limit=1' })
      const { events } = AuditEvents.parse(await answer.json())
      const newest = async () => (await call('audit.list', { filter: { gatewayIds: ['desk'] }, limit: 1 })).rows[0]?.seq ?? 0
      await expect.poll(newest, { timeout: 10_000 }).toBeGreaterThanOrEqual(events[0]?.seq ?? 0)
      return (await call('audit.list', { filter, limit: 50 })).rows
    },
    async addMachine(machine = {}) {
      const added = await call('machines.add', {
        name: 'web-1',
        address: '127.0.0.1',
        os: 'linux',
        site: 'Berlin',
        tags: [],
        turnOnJit: true,
        ...machine,
      })
      return added.machineId
    },
  }
}

/** The first page of a tab, unless told otherwise. */
export function listOf(query: Partial<Input<'machines.list'>> = {}): Input<'machines.list'> {
  return { tab: 'configured', search: '', sort: 'name', descending: false, offset: 0, limit: 50, ...query }
}
