import { generateKeyPairSync } from 'node:crypto'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { canonicalJson } from '../../../gateway/canonicalJson.ts'
import { Checkpointed, ConsistencyProof, InclusionProof, LogEntries } from '../../../gateway/contract/log.ts'
import { findBreak } from '../../../gateway/auditLog.ts'
import { gatewayFingerprint } from '../../../gateway/identity.ts'
import { openCheckpoint } from '../../../gateway/log/checkpoint.ts'
import type { Checkpoint } from '../../../gateway/log/checkpoint.ts'
import { parseKey } from '../../../gateway/log/note.ts'
import { verifyConsistency, verifyInclusion } from '../../../gateway/log/proofs.ts'
import { leafHash } from '../../../gateway/log/tree.ts'
import { witness } from '../../../gateway/log/witness.ts'
import { verifyBundle } from '../../../gateway/verify.ts'
import { alice, codeOf, openBench } from '../gatewayFixture.ts'
import type { Bench } from '../gatewayFixture.ts'
import { dropGuards } from '../guards.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const toBytes = (hashes: readonly string[]): Buffer[] => hashes.map((hash) => Buffer.from(hash, 'base64'))

let bench: Bench
beforeEach(async () => {
  bench = await openBench({ key: () => Promise.resolve(privateKey) })
})
afterEach(() => bench.close())

const input = (name: string) => ({ name, address: `${name}.example`, os: 'linux', site: 'Zürich', tags: [], rules: [] })

async function addEvents(count: number): Promise<void> {
  const machines = Array.from({ length: count }, (_, index) => input(`m${index}-${Math.random()}`))
  expect((await bench.ask('POST', '/v1/machines', { machines })).status).toBe(201)
}

async function checkpoint(): Promise<Checkpoint> {
  const told = Checkpointed.parse((await bench.ask('GET', '/v1/log/checkpoint')).body)
  const key = parseKey(told.publicKey ?? '')
  const opened = key && openCheckpoint(told.checkpoint ?? '', key)
  if (opened === undefined) throw new Error('the checkpoint is not signed')
  expect(opened).toEqual({ origin: told.origin, size: told.size, root: Buffer.from(told.root, 'base64') })
  return opened
}

async function consistency(from: number, to: number): Promise<Buffer[]> {
  return toBytes(ConsistencyProof.parse((await bench.ask('GET', `/v1/log/proof/consistency?from=${from}&to=${to}`)).body).proof)
}

async function bundle(): Promise<Buffer> {
  const response = await bench.gateway.fetch(new Request('https://gateway.internal/v1/log/bundle'), alice)
  expect(response.headers.get('content-type')).toBe('application/jsonl')
  return Buffer.from(await response.arrayBuffer())
}

test('AUD-3: every event is proven to be in the log, and the log to extend what it was', async () => {
  const first = await checkpoint()
  await addEvents(300)
  const last = await checkpoint()
  expect(last.size).toBe(301)
  expect(witness(first, last, await consistency(first.size, last.size))).toBe('extends')
  expect(verifyConsistency(200, 301, last.root, last.root, await consistency(200, 301))).toBe(false)
  const { entries } = LogEntries.parse((await bench.ask('GET', '/v1/log/entries?from=0&to=5000')).body)
  expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: 301 }, (_, index) => index + 1))
  for (const index of [0, 1, 127, 128, 255, 256, 299, 300]) {
    const proven = InclusionProof.parse((await bench.ask('GET', `/v1/log/proof/inclusion?index=${index}&size=301`)).body)
    const leaf = leafHash(Buffer.from(canonicalJson(entries[index] ?? null)))
    expect(leaf.toString('base64')).toBe(proven.leaf)
    expect(verifyInclusion(leaf, index, 301, toBytes(proven.proof), last.root)).toBe(true)
  }
  const page = LogEntries.parse((await bench.ask('GET', '/v1/log/entries?from=299&to=300')).body)
  expect(page).toEqual({ from: 299, entries: [entries[299]] })
})

test('AUD-5: the exported log proves itself, before and after a restart', async () => {
  await addEvents(600)
  const kept = Checkpointed.parse((await bench.ask('GET', '/v1/log/checkpoint')).body).checkpoint ?? ''
  const trust = { trustedKey: gatewayFingerprint(privateKey), previousCheckpoints: [kept] }
  expect(await verifyBundle([await bundle()], trust)).toMatchObject({ verified: true, size: 601 })
  await bench.restart()
  await addEvents(1)
  const { origin } = await checkpoint()
  expect(await verifyBundle([await bundle()], trust)).toMatchObject({ verified: true, size: 604, origin })
})

test('a change that fails leaves neither its event nor a leaf behind', async () => {
  const before = await checkpoint()
  const machines = [input('a'), { ...input('b'), address: 'not an address' }]
  expect((await bench.ask('POST', '/v1/machines', { machines })).status).toBe(400)
  expect(await checkpoint()).toEqual(before)
  await addEvents(3)
  expect((await checkpoint()).size).toBe(before.size + 3)
})

test('changes that come together, some of which fail, make one log', async () => {
  const bad = { machines: [input('same'), { ...input('bad'), address: 'not an address' }] }
  const asked = Array.from({ length: 150 }, async (_, index) => {
    if (index % 3 === 0) return await bench.ask('POST', '/v1/machines', bad)
    return await bench.ask('POST', '/v1/audit', { action: 'session.started', outcome: 'ok', detail: { index } })
  })
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(100)
  expect(await verifyBundle([await bundle()])).toMatchObject({ verified: true, size: 101 })
  await bench.gateway.close()
  const store = await bench.openStore()
  expect(await findBreak(store)).toBeUndefined()
  await store.destroy()
})

test('without a key the log says that it is unsigned, and works as ever', async () => {
  await bench.gateway.close()
  const open = await openBench()
  const told = Checkpointed.parse((await open.ask('GET', '/v1/log/checkpoint')).body)
  expect(told.size).toBe(1)
  expect(told.origin).toMatch(/^gatehouse\/[0-9a-f]{16}$/)
  expect(told.checkpoint ?? told.publicKey).toBeUndefined()
  const response = await open.gateway.fetch(new Request('https://gateway.internal/v1/log/bundle'), alice)
  expect(await verifyBundle([Buffer.from(await response.arrayBuffer())])).toMatchObject({ verified: false, why: 'unsigned' })
  await open.close()
})

test('what the log has not reached, or no number, is refused', async () => {
  const wrong = [
    'proof/inclusion?index=1&size=1',
    'proof/inclusion?index=0&size=2',
    'proof/inclusion?index=0&size=0',
    'proof/inclusion?index=-1&size=1',
    'proof/inclusion?index=0',
    'proof/inclusion?index=0&size=1&more=1',
    'proof/inclusion?index=0.5&size=1',
    'proof/consistency?from=2&to=1',
    'proof/consistency?from=0&to=2',
    'proof/consistency?from=0&to=99999999999999999999',
    'entries?from=a&to=1',
  ]
  for (const path of wrong) expect(codeOf(await bench.ask('GET', `/v1/log/${path}`))).toBe('invalidInput')
  expect((await bench.ask('GET', '/v1/log/entries?from=7&to=9')).body).toEqual({ from: 7, entries: [] })
})

test('F-82: a store whose events, hashes or tree were changed shows where', async () => {
  await addEvents(600)
  await bench.gateway.close()
  const store = await bench.openStore()
  const run = (text: string) => sql.raw(text).execute(store)
  await expect(run('update "logTree" set size = size - 1')).rejects.toThrow('append-only')
  await expect(run('update "logHashes" set level = 3')).rejects.toThrow('append-only')
  await expect(run('delete from "logHashes"')).rejects.toThrow('append-only')
  await dropGuards(store)
  const brokenBy = async (change: RawBuilder<unknown>): Promise<number | undefined> => {
    const controlled = await store.startTransaction().execute()
    await change.execute(controlled)
    const seq = await findBreak(controlled)
    await controlled.rollback().execute()
    return seq
  }
  const other = Buffer.alloc(32, 7)
  expect(await findBreak(store)).toBeUndefined()
  expect(await brokenBy(sql`update audit set detail = '{' where seq = 300`)).toBe(300)
  expect(await brokenBy(sql`update audit set at = at + 1 where seq = 601`)).toBe(601)
  expect(await brokenBy(sql`delete from audit where seq = 602`)).toBe(602)
  expect(await brokenBy(sql`delete from audit where seq >= 400`)).toBe(400)
  expect(await brokenBy(sql`delete from "logHashes" where level = 0 and position = 9`)).toBe(10)
  expect(await brokenBy(sql`update "logHashes" set hash = ${other} where level = 1 and position = 1`)).toBe(257)
  expect(await brokenBy(sql`update "logTree" set frontier = ${Buffer.alloc(32 * 5, 7)}`)).toBe(1)
  expect(await brokenBy(sql`update "logTree" set size = 500`)).toBe(501)
  await store.destroy()
})
