import { afterEach, beforeEach, expect, test } from 'vitest'
import { Grant } from '../../gateway/api.ts'
import type { Gate } from '../../gateway/gates/gate.ts'
import { openFile } from '../../gateway/store/database.ts'
import { failWhile } from './faultyFile.ts'
import { codeOf, dial, openBench, startMachine } from './gatewayFixture.ts'
import type { Bench, Machine } from './gatewayFixture.ts'

let bench: Bench
let machine: Machine
/** What the gateway did, in order. */
let did: string[]
/** Where the last way that was made ready leads in. */
let port: number
let onCommit: () => Error | undefined
let beforeOpening: (gate: Gate, grantId: string) => void

beforeEach(async () => {
  did = []
  onCommit = () => undefined
  beforeOpening = () => {}
  machine = await startMachine()
  bench = await openBench({
    openFile: (folder) =>
      failWhile(openFile(folder), (sql) => {
        if (sql !== 'commit') return undefined
        did.push('commit')
        return onCommit()
      }),
    throughGate: (gate) => ({
      ...gate,
      async prepare(order) {
        const way = await gate.prepare?.(order)
        if (way === undefined) return undefined
        did.push('ready')
        port = way.endpoints[0]?.connectPort ?? 0
        const open = (): void => {
          did.push('open')
          beforeOpening(gate, order.grantId)
          way.open()
        }
        return { ...way, open }
      },
    }),
  })
})

afterEach(async () => {
  await bench.close()
  await machine.close()
})

async function read(id: string): Promise<Grant> {
  return Grant.parse((await bench.ask('GET', `/v1/grants/${id}`)).body)
}

async function grants(): Promise<string[]> {
  const { body } = await bench.ask('GET', '/v1/grants')
  return Object.values(body ?? {})
    .flat()
    .map((grant) => {
      const { state, closeReason = '' } = Grant.parse(grant)
      return `${state} ${closeReason}`.trim()
    })
}

test('F-61: a grant and its events are on the disk, by one commit, before its gate lets anybody in; the answer says what the store has', async () => {
  const id = await bench.addMachine(machine.port)
  did = []
  const grant = await bench.grant(id, machine.port)
  expect(did).toEqual(['ready', 'commit', 'open'])
  expect(await bench.actions(`&grantId=${grant.id}`)).toEqual([
    'grant.requested ok',
    'grant.approved ok',
    'gate.opened ok',
    'grant.opened ok',
  ])
  const { remainingMs, ...answered } = grant
  const { remainingMs: later, ...stored } = await read(grant.id)
  expect(answered).toEqual(stored)
  expect(later).toBeLessThanOrEqual(remainingMs ?? 0)
})

test('F-63: a gate that was ready is closed again when its grant cannot be written', async () => {
  const id = await bench.addMachine(machine.port)
  onCommit = () => Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
  expect(codeOf(await bench.request(id, machine.port))).toBe('diskFull')
  expect(did).not.toContain('open')
  await expect(dial('127.0.0.1', port)).rejects.toThrow('ECONNREFUSED')
  onCommit = () => undefined
  expect(await grants()).toEqual([])
  expect((await bench.request(id, machine.port)).status).toBe(201)
})

test('what closes a gate while its grant is being written wins: it does not open, and the grant is over', async () => {
  const id = await bench.addMachine(machine.port)
  beforeOpening = (gate, grantId) => void gate.close(grantId)
  expect(codeOf(await bench.request(id, machine.port))).toBe('grantEnded')
  expect(await grants()).toEqual(['closed gateFailed'])
  await expect(dial('127.0.0.1', port)).rejects.toThrow('ECONNREFUSED')
})

test('F-105: a window that ran out while the disk was waited for opens nothing', async () => {
  const id = await bench.addMachine(machine.port)
  onCommit = () => {
    if (did.at(-2) === 'ready') bench.clock.moveWall(3_600_000)
    return undefined
  }
  expect(await bench.request(id, machine.port)).toMatchObject({ status: 409, body: { code: 'grantEnded', reason: 'expired' } })
  expect(did).not.toContain('open')
  await expect(dial('127.0.0.1', port)).rejects.toThrow('ECONNREFUSED')
})
