/**
 * How late a deadline strikes when 10,000 grants end within one second: until the gate has closed, and until a live connection is cut, as its two
 * ends see it. Real relays, all in this process, machine and technician included.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Grant } from '../../gateway/api.ts'
import { openFile } from '../../gateway/store/database.ts'
import { openBench, startMachine, through } from '../gateway/gatewayFixture.ts'
import type { Measure } from './relay.bench.ts'
import { quantile } from './quantiles.ts'

const grants = 10_000
const connections = 50
/** A start with 10,000 gates takes some seconds on a busy computer. */
const startMs = 40_000
const closeGoalMs = 250
const cutGoalMs = 50

export async function run(): Promise<Measure[]> {
  const machine = await startMachine()
  const bench = await openBench()
  try {
    const id = await bench.addMachine(machine.port)
    const like = await bench.grant(id, machine.port)
    await bench.gateway.close()
    const file = openFile(bench.folder)
    const columns = file.pragma('table_info(grants)')
    const names = Columns.parse(columns).map(({ name }) => name)
    const values = names.map((name) => ({ id: '?', requestKey: '?', endsAt: '?' })[name] ?? name)
    const copy = file.prepare(`insert into grants (${names.join()}) select ${values.join()} from grants where id = '${like.id}'`)
    const endsFromMs = Date.now() + startMs
    const order = (index: number) => ({ id: `g${index}`, requestKey: `key${index}`, endsAt: endsFromMs + (index % 1000) })
    file.transaction(() => {
      for (let index = 0; index < grants; index += 1) {
        const row: Record<string, string | number> = order(index)
        copy.run(...names.flatMap((name) => row[name] ?? []))
      }
    })()
    file.close()
    const lateMs: number[] = []
    await bench.restart({
      throughGate: (gate) => ({
        ...gate,
        close(grantId) {
          const closing = gate.close(grantId)
          // Nothing passes any more by the time that it returns.
          if (grantId.startsWith('g')) lateMs.push(Date.now() - order(Number(grantId.slice(1))).endsAt)
          return closing
        },
      }),
    })
    const cutMs: Promise<number>[] = []
    for (let index = 0; index < grants; index += grants / connections) {
      const grant = Grant.parse((await bench.ask('GET', `/v1/grants/g${index}`)).body)
      const socket = await through(grant)
      socket.resume()
      socket.on('error', () => {})
      cutMs.push(new Promise((resolve) => void socket.once('close', () => resolve(Date.now() - order(index).endsAt))))
    }
    if (Date.now() > endsFromMs - 1000) throw new Error('this computer is too busy: the first deadline came before all gates were open')
    const cuts = await Promise.all(cutMs)
    while (lateMs.length < grants) await sleep(20)
    const [closed, cut] = [quantile(lateMs, 0.99), quantile(cuts, 0.99)]
    return [
      { measure: 'close-after-deadline', value: closed, unit: 'ms p99', against: `${closeGoalMs} ms`, ratio: closed / closeGoalMs },
      { measure: 'cut-live', value: cut, unit: 'ms p99', against: `${cutGoalMs} ms`, ratio: cut / cutGoalMs },
    ]
  } finally {
    await bench.close()
    await machine.close()
  }
}

const Columns = z.array(z.object({ name: z.string() }))
