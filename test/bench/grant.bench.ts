/**
 * What a grant costs: from the request to the answer, durable and audited, with a real relay behind it. One at a time it is compared with round
 * trips to an empty HTTP server, 64 at a time with what the disk takes of the barest durable appends, and with what of it is the log's tree; all on
 * the same disk and in one run, in turn.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3-multiple-ciphers'
import { GrantList as OpenGrants } from '../../gateway/api.ts'
import { newLeafHash } from '../../gateway/auditRow.ts'
import { readFrontier, writeLeaves } from '../../gateway/log/treeStore.ts'
import { openFile, openStore } from '../../gateway/store/database.ts'
import { openBench, startMachine } from '../gateway/gatewayFixture.ts'
import type { Bench } from '../gateway/gatewayFixture.ts'
import type { Measure } from './relay.bench.ts'
import { quantile } from './quantiles.ts'

const rounds = 5
const perRound = 60
const clients = 64
const perClient = 8
const appends = 200

export async function run(): Promise<Measure[]> {
  const machine = await startMachine()
  const bench = await openBench()
  const trips = await startRoundTrips()
  const raw = openRaw()
  const log = openLog()
  try {
    const machineIds: string[] = []
    for (let index = 0; index < clients; index += 1) machineIds.push(await bench.addMachine(machine.port, undefined, { name: `m${index}` }))
    const ack: number[] = []
    const trip: number[] = []
    const grantsPerS: number[] = []
    const appendsPerS: number[] = []
    const append: number[] = []
    const leaves: number[] = []
    for (let round = 0; round <= rounds; round += 1) {
      const tripMs = await timesOf(perRound * 4, () => trips.go())
      const ackMs = await timesOf(perRound, () => grantAndRelease(bench, machineIds[0] ?? '', machine.port))
      const rate = await grantsTogether(bench, machineIds, machine.port)
      const { perS: rawRate, tookMs } = raw.append()
      const logMs = await timesOf(perRound, () => log.grow())
      // The first round warms up code and caches.
      if (round === 0) continue
      trip.push(...tripMs)
      ack.push(...ackMs)
      grantsPerS.push(rate)
      appendsPerS.push(rawRate)
      append.push(...tookMs)
      leaves.push(...logMs)
    }
    const tripMs = quantile(trip, 0.5)
    const [p50, p95] = [quantile(ack, 0.5), quantile(ack, 0.95)]
    const [rate, rawRate] = [quantile(grantsPerS, 0.5), quantile(appendsPerS, 0.5)]
    const [floorMs, logMs] = [quantile(append, 0.5), quantile(leaves, 0.5)]
    return [
      {
        measure: 'grant-ack',
        value: p50 / tripMs,
        unit: 'round trips',
        against: `HTTP round trip on loopback (${tripMs.toFixed(3)} ms)`,
        ratio: p50 / tripMs,
      },
      { measure: 'grant-ack-p50', value: p50, unit: 'ms', against: 'HTTP round trip on loopback', ratio: p50 / tripMs },
      // No acknowledged grant can be faster: one row, one transaction, nothing else.
      {
        measure: 'grant-floor',
        value: floorMs / tripMs,
        unit: 'round trips',
        against: 'HTTP round trip on loopback',
        ratio: floorMs / tripMs,
      },
      { measure: 'grant-ack-p95', value: p95, unit: 'ms', against: '15 ms', ratio: p95 / 15 },
      {
        measure: 'grant-throughput',
        value: rate,
        unit: 'grants/s',
        against: `durable appends (${rawRate.toFixed(0)}/s)`,
        ratio: rate / rawRate,
      },
      // Hashes of a grant's four events, and what of the tree is read and written for them.
      { measure: 'grant-log', value: logMs * 1000, unit: 'µs', against: `a grant's p50 (${p50.toFixed(3)} ms)`, ratio: logMs / p50 },
    ]
  } finally {
    raw.close()
    await log.close()
    trips.close()
    await bench.close()
    await machine.close()
  }
}

/** How long each took, in milliseconds: what `once` answers, or all of it. */
async function timesOf(count: number, once: () => Promise<number | void>): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const startedMs = performance.now()
    const ms = await once()
    times.push(ms ?? performance.now() - startedMs)
  }
  return times
}

/** Only the request is measured. */
async function grantAndRelease(bench: Bench, machineId: string, port: number): Promise<number> {
  const key = randomUUID()
  const startedMs = performance.now()
  const { status, body } = await bench.request(machineId, port, { key })
  const ms = performance.now() - startedMs
  if (status !== 201) throw new Error(`a grant was refused: ${JSON.stringify(body)}`)
  await releaseAll(bench)
  return ms
}

async function releaseAll(bench: Bench): Promise<void> {
  const { body } = await bench.ask('GET', '/v1/grants')
  const { grants } = OpenGrants.parse(body)
  const open = grants.filter((grant) => grant.state === 'open')
  await Promise.all(open.map((grant) => bench.ask('POST', `/v1/grants/${grant.id}/release`, { why: 'released' })))
}

/** Grants per second of clients that ask as soon as they are answered. */
async function grantsTogether(bench: Bench, machineIds: readonly string[], port: number): Promise<number> {
  const startedMs = performance.now()
  const client = async (machineId: string): Promise<void> => {
    for (let index = 0; index < perClient; index += 1) {
      const { status, body } = await bench.request(machineId, port)
      if (status !== 201) throw new Error(`a grant was refused: ${JSON.stringify(body)}`)
    }
  }
  await Promise.all(machineIds.map(client))
  const rate = (clients * perClient) / ((performance.now() - startedMs) / 1000)
  await releaseAll(bench)
  return rate
}

async function startRoundTrips(): Promise<{ go(): Promise<void>; close(): void }> {
  const server = createServer((_, answer) => answer.end())
  // The connection must last through the rounds in between.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    go: () =>
      new Promise((resolve, reject) => {
        const asked = httpRequest({ host: '127.0.0.1', port, agent, method: 'POST' }, (answer) => {
          answer.resume()
          answer.once('end', resolve)
        })
        asked.once('error', reject)
        asked.end('{}')
      }),
    close() {
      agent.destroy()
      server.close()
    },
  }
}

/** The least that a durable, recorded change can be on this disk: one row, one transaction. */
function openRaw(): { append(): { perS: number; tookMs: number[] }; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'appends-'))
  const file = new Database(join(folder, 'appends.db'))
  file.pragma('locking_mode = EXCLUSIVE')
  file.pragma('journal_mode = WAL')
  file.pragma('synchronous = FULL')
  file.exec('create table appends (seq integer primary key, event text not null) strict')
  const append = file.prepare('insert into appends (event) values (?)')
  return {
    append() {
      const tookMs: number[] = []
      const startedMs = performance.now()
      for (let index = 0; index < appends; index += 1) {
        const beganMs = performance.now()
        append.run('x'.repeat(300))
        tookMs.push(performance.now() - beganMs)
      }
      return { perS: appends / ((performance.now() - startedMs) / 1000), tookMs }
    },
    close() {
      file.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The log's tree alone, in a store of its own. */
function openLog(): { grow(): Promise<number>; close(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  const store = openStore(openFile(folder))
  const about = { at: Date.now(), actor: 'alice', topic: 'grant', action: 'grant.requested', outcome: 'ok' as const, port: null }
  const machine = { machineId: randomUUID(), machineName: 'm1', site: 'Berlin', grantId: randomUUID() }
  const detail = '{"duration":"PT1H","ports":"22","reason":"ticket 7","source":"127.0.0.1"}'
  return {
    grow: () =>
      store.transaction().execute(async (tx) => {
        const startedMs = performance.now()
        const frontier = await readFrontier(tx)
        const rows = [1, 2, 3, 4].map((index) => ({ ...about, ...machine, seq: frontier.size + index, detail }))
        await writeLeaves(tx, frontier, rows.map(newLeafHash))
        return performance.now() - startedMs
      }),
    async close() {
      await store.destroy()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
