/**
 * The local copy of a log: what taking it in, opening, paging, filtering, searching and proving cost, beside the sqlite3 command line on the same events
 * without encryption, in one run and in turn. `npm run bench -- audit` is a million events, `audit 5m` five million, which takes about twenty minutes.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3-multiple-ciphers'
import { emptyFrontier, grow, leafHash } from '../../gateway/log/tree.ts'
import { putSize } from '../../main/audit/logCopy.ts'
import type { LocalStore, StoredEvents } from '../../main/localStore.ts'
import { leafOf } from '../../main/logLeaf.ts'
import { createEvents } from '../../main/platform/store/events.ts'
import { closeFile, openFile } from '../../main/platform/store/file.ts'
import { keyName, openLocalStore } from '../../main/platform/store/openLocalStore.ts'
import { fakeSecrets } from '../fakes/fakeSecrets.ts'
import { eventsOf } from '../main/platform/store/storyOfALog.ts'
import { queries, searches, type Question } from './auditQuestions.ts'
import { buildReference, openReference, writeRaw, type Reference } from './auditReference.ts'
import type { Measure } from './relay.bench.ts'
import { quantile } from './quantiles.ts'

const sizes: Record<string, number> = { '100k': 100_000, '1m': 1_000_000, '5m': 5_000_000 }
export const parts = Object.keys(sizes)

const batch = 1000
const rounds = 15
const opens = 9
const hashed = 100_000
const arriving = 30_000
const goals = { openMs: 150, queryMs: 50, searchMs: 100, whileArrivingMs: 50 }
const builtWorker = path.join(import.meta.dirname, '../../dist/main/storeWorker.mjs')

export async function run(names: string[] = ['1m']): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const name of names) measures.push(...(await measuresOf(sizes[name] ?? 0, name === '1m' ? '' : `-${name}`)))
  return measures
}

async function measuresOf(count: number, suffix: string): Promise<Measure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'audit-bench-'))
  const secrets = fakeSecrets()
  const open = (): LocalStore =>
    openLocalStore({ folder, secrets, log, clock: { now: () => Date.now() }, ...(existsSync(builtWorker) && { worker: builtWorker }) })
  try {
    const [raw, plain] = ['raw.db', 'plain.db'].map((name) => path.join(folder, name))
    if (raw === undefined || plain === undefined) throw new Error('no place')
    writeRaw(raw, count)
    const referenceMs = buildReference(plain, raw)
    rmSync(raw)

    let store = open()
    const ingestMs = await fill(store, count)
    await store.close()

    const openMs: number[] = []
    for (let index = 0; index < opens; index += 1) {
      const startedMs = performance.now()
      store = open()
      await store.events.page({}, { limit: 50 })
      openMs.push(performance.now() - startedMs)
      if (index < opens - 1) await store.close()
    }

    const reference = openReference(plain)
    const asked = await inTurn(store.events, reference, queries(count))
    const searched = await inTurn(store.events, reference, searches(count))
    await reference.close()

    const verifyMs = await timeOf(() => store.events.check('desk', count))
    const limitPerS = hashLimit()
    const whileArriving = await pagesWhileArriving(store, count)
    await store.close()
    const price = await encryptionPrice(folder, secrets.kept.get(keyName) ?? '', queries(count))

    const [ingestPerS, referencePerS, verifyPerS] = [ingestMs, referenceMs, verifyMs].map((ms) => (count / ms) * 1000)
    const list: Measure[] = [
      toMeasure('audit-open', quantile(openMs, 0.5), 'ms', goals.openMs),
      ...compare('audit-query', asked, goals.queryMs),
      ...compare('audit-search', searched, goals.searchMs),
      rate('audit-ingest', ingestPerS ?? 0, 'sqlite3 in one piece, plain', referencePerS ?? 0),
      rate('audit-verify', verifyPerS ?? 0, 'hashing the same leaves from memory', limitPerS),
      toMeasure('audit-while-arriving', quantile(whileArriving, 0.95), 'ms p95', goals.whileArrivingMs),
      {
        measure: 'audit-encryption',
        value: price.ours,
        unit: 'ms',
        against: `the same without encryption (${price.plain.toFixed(1)} ms)`,
        ratio: price.ours / price.plain,
      },
    ]
    return list.map((one) => ({ ...one, measure: one.measure + suffix }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const log = { info: () => {}, warn: () => {}, error: (facts: object, text: string) => console.error(text, facts) }

/** The next batch is made while the worker writes the one before. */
async function fill(store: LocalStore, count: number): Promise<number> {
  await store.events.extent('desk')
  const startedMs = performance.now()
  let last: Promise<unknown> = Promise.resolve()
  for (let first = 1; first <= count; first += batch) {
    const events = eventsOf(first, Math.min(count, first + batch - 1))
    await last
    last = store.events.put('desk', events)
  }
  await last
  return performance.now() - startedMs
}

interface Compared {
  name: string
  ours: number[]
  theirs: number[]
}

/** Each question some times to both, one after the other, so that a busy moment hits both. The first time of all is a cold cache's and counts too. */
async function inTurn(events: StoredEvents, reference: Reference, questions: readonly Question[]): Promise<Compared[]> {
  const compared: Compared[] = questions.map(({ name }) => ({ name, ours: [], theirs: [] }))
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, question] of questions.entries()) {
      const { filter, options, behind, sql } = question
      const before = behind === undefined ? {} : { before: `1.${behind}.0` }
      compared[index]?.ours.push(await timeOf(() => events.page(filter, { limit: 50, ...options, ...before })))
      compared[index]?.theirs.push(await reference.ask(sql))
    }
  }
  return compared
}

/** The p95 of all, and how the sum of the questions' medians compares. */
function compare(name: string, compared: readonly Compared[], goalMs: number): Measure[] {
  const ours = compared.flatMap((one) => one.ours)
  const [sum, theirSum] = [sumOfMedians(compared.map((one) => one.ours)), sumOfMedians(compared.map((one) => one.theirs))]
  for (const one of compared)
    console.error(`  ${one.name}: ${quantile(one.ours, 0.5).toFixed(2)} ms, sqlite3 ${quantile(one.theirs, 0.5).toFixed(2)} ms`)
  return [
    toMeasure(`${name}-p95`, quantile(ours, 0.95), 'ms p95', goalMs),
    { measure: name, value: sum, unit: 'ms', against: `sqlite3 on a plain file (${theirSum.toFixed(1)} ms)`, ratio: sum / theirSum },
  ]
}

const sumOfMedians = (lists: readonly number[][]): number => lists.reduce((sum, times) => sum + quantile(times, 0.5), 0)

/** Events a second that could be hashed and made a tree of if they were in memory already. */
function hashLimit(): number {
  const leaves = eventsOf(1, hashed).map(leafOf)
  const startedMs = performance.now()
  grow(
    emptyFrontier,
    leaves.map((leaf) => leafHash(leaf)),
  )
  return (hashed / (performance.now() - startedMs)) * 1000
}

/** How long a page takes while events come in, as fast as they are taken; asked for at times that have nothing to do with how they come. */
async function pagesWhileArriving(store: LocalStore, count: number): Promise<number[]> {
  const times: number[] = []
  const arrival = { isOver: false }
  const looking = (async () => {
    for (let asked = 0; !arrival.isOver; asked += 1) {
      times.push(await timeOf(() => store.events.page({ outcomes: ['failed'] }, { limit: 50 })))
      await setTimeout((asked * 7) % 23)
    }
  })()
  for (let first = count + 1; first <= count + arriving; first += putSize)
    await store.events.put('desk', eventsOf(first, first + putSize - 1))
  arrival.isOver = true
  await looking
  return times
}

/** The same questions to the same store, in this thread, with its encryption and after it was taken off. */
async function encryptionPrice(folder: string, key: string, questions: readonly Question[]): Promise<{ ours: number; plain: number }> {
  const ask = async (events: StoredEvents): Promise<number> => {
    const times = questions.map((): number[] => [])
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, { filter, options }] of questions.entries()) {
        times[index]?.push(await timeOf(() => events.page(filter, { limit: 50, ...options })))
      }
    }
    return sumOfMedians(times)
  }
  const { file } = openFile(folder, Buffer.from(key, 'base64'), Date.now())
  const ours = await ask(createEvents(file))
  file.pragma('journal_mode = delete')
  file.pragma(`rekey = ''`)
  closeFile(file)
  const open = new Database(path.join(folder, 'local.db'))
  for (const setting of ['locking_mode = EXCLUSIVE', 'journal_mode = WAL', 'temp_store = MEMORY', 'cache_size = -65536'])
    open.pragma(setting)
  const plain = await ask(createEvents(open))
  open.close()
  return { ours, plain }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

const toMeasure = (measure: string, value: number, unit: string, goal: number): Measure => ({
  measure,
  value,
  unit,
  against: `${goal} ms`,
  ratio: value / goal,
})

const rate = (measure: string, value: number, what: string, against: number): Measure => ({
  measure,
  value,
  unit: 'events/s',
  against: `${what} (${against.toFixed(0)}/s)`,
  ratio: value / against,
})
