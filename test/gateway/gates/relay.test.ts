import { createHash } from 'node:crypto'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRelay } from '../../../gateway/gates/relay.ts'
import type { DialFailure } from '../../../gateway/gates/relay.ts'
import type { Gate } from '../../../gateway/gates/gate.ts'
import { dial, echo, ended, portOf, startMachine } from '../gatewayFixture.ts'
import type { Machine } from '../gatewayFixture.ts'

let machine: Machine
let relay: Gate
let failures: DialFailure[]

beforeEach(async () => {
  failures = []
  relay = createRelay('127.0.0.1', Date.now, (failure) => failures.push(failure))
  machine = await startMachine()
})

afterEach(async () => {
  for (const id of await relay.list()) await relay.close(id)
  await machine.close()
})

async function open(grantId = 'g1', source = '127.0.0.1', ports = [machine.port]) {
  return await relay.open({ grantId, address: '127.0.0.1', ports, source, endsInMs: 3_600_000 })
}

async function connectTo(endpoint: { address: string; connectPort: number } | undefined, from?: string): Promise<Socket> {
  return await dial(endpoint?.address ?? '', endpoint?.connectPort ?? 0, from)
}

test('each port of a grant has a way of its own, and asking again answers the same', async () => {
  const other = await startMachine((socket) => socket.end('other'))
  const endpoints = await open('g1', '127.0.0.1', [machine.port, other.port])
  expect(endpoints.map((endpoint) => endpoint.port)).toEqual([machine.port, other.port])
  expect(await open('g1', '127.0.0.1', [machine.port, other.port])).toEqual(endpoints)
  expect(await echo(await connectTo(endpoints[0]), 'one')).toBe('one')
  const socket = await connectTo(endpoints[1])
  expect((await socket.toArray()).join('')).toBe('other')
  expect(await relay.list()).toEqual(['g1'])
  await other.close()
})

test('only the source is admitted; everyone else is reset before the machine hears of it', async () => {
  const [endpoint] = await open('g1', '127.0.0.1')
  // The reset may be there before the connection is seen to stand.
  await expect(
    connectTo(endpoint, '127.0.0.2')
      .then((stranger) => ended(stranger))
      .then(({ how }) => Promise.reject(new Error(how))),
  ).rejects.toThrow('ECONNRESET')
  expect(machine.live.size).toBe(0)
  const [ranged] = await open('g2', '127.0.0.0/8')
  expect(await echo(await connectTo(ranged, '127.0.0.2'), 'hi')).toBe('hi')
})

test('F-61: a way that is ready has its port and lets nobody in; it opens at once, and not any more once it was closed', async () => {
  const order = { grantId: 'g1', address: '127.0.0.1', ports: [machine.port], source: '127.0.0.1', endsInMs: 3_600_000 }
  const way = await relay.prepare?.(order)
  await expect(
    connectTo(way?.endpoints[0])
      .then((early) => ended(early))
      .then(({ how }) => Promise.reject(new Error(how))),
  ).rejects.toThrow('ECONNRESET')
  expect(machine.live.size).toBe(0)
  expect([await relay.list(), relay.traffic('g1')]).toEqual([[], undefined])
  way?.open()
  expect(await echo(await connectTo(way?.endpoints[0]), 'hi')).toBe('hi')
  expect(await relay.open(order)).toEqual(way?.endpoints)
  const other = await relay.prepare?.({ ...order, grantId: 'g2' })
  await relay.close('g2')
  expect(() => other?.open()).toThrow('closed')
  await expect(connectTo(other?.endpoints[0])).rejects.toThrow('ECONNREFUSED')
})

test('closing cuts live connections on both sides at once, and nothing passes after it returns', async () => {
  const [endpoint] = await open()
  const socket = await connectTo(endpoint)
  await echo(socket, 'x')
  const [onMachine] = machine.live
  if (onMachine === undefined) throw new Error('not connected')
  const both = Promise.all([ended(socket), ended(onMachine)])
  const closedAtMs = performance.now()
  void relay.close('g1')
  const [client, target] = await both
  expect([client.how, target.how]).toEqual(['ECONNRESET', 'ECONNRESET'])
  expect(Math.max(client.atMs, target.atMs) - closedAtMs).toBeLessThan(50)
  await expect(connectTo(endpoint)).rejects.toThrow('ECONNREFUSED')
  await relay.close('g1')
  expect(await relay.list()).toEqual([])
  expect(relay.traffic('g1')).toBeUndefined()
})

test('closing while it opens wins', async () => {
  const opening = open()
  await relay.close('g1')
  await expect(opening).rejects.toThrow('closed while it opened')
  expect(await relay.list()).toEqual([])
})

test('a half-closed connection still carries the other way, in either direction', async () => {
  const counts = await startMachine((socket) => {
    let count = 0
    socket.on('data', (bytes) => (count += bytes.length))
    socket.on('end', () => setTimeout(() => socket.end(`got ${count}`), 20))
  })
  const [endpoint] = await open('g1', '127.0.0.1', [counts.port])
  const socket = await connectTo(endpoint)
  socket.end('x'.repeat(100_000))
  expect((await socket.toArray()).join('')).toBe('got 100000')

  const heard: string[] = []
  const speaksFirst = await startMachine((peer) => {
    peer.end('bye')
    peer.on('data', (bytes) => heard.push(bytes.toString()))
  })
  const [second] = await open('g2', '127.0.0.1', [speaksFirst.port])
  const stays = connect({ host: '127.0.0.1', port: second?.connectPort ?? 0, allowHalfOpen: true })
  expect((await stays.toArray()).join('')).toBe('bye')
  stays.end('still here')
  await expect.poll(() => heard.join('')).toBe('still here')
  await expect.poll(() => relay.traffic('g2')?.connections).toBe(0)
  await counts.close()
  await speaksFirst.close()
})

test('every byte arrives, in order, in both directions at once, whatever the sizes', async () => {
  const size = 24 * 1024 * 1024
  const big = Buffer.alloc(size)
  for (let at = 0; at < size; at += 4) big.writeUInt32LE((at * 2654435761) >>> 0, at)
  const [endpoint] = await open()
  const socket = await connectTo(endpoint)
  const hash = createHash('sha256')
  let count = 0
  const all = new Promise<void>((resolve) => {
    socket.on('data', (bytes: Buffer) => {
      hash.update(bytes)
      count += bytes.length
      if (count >= size) resolve()
    })
  })
  for (let at = 0, step = 1; at < size; at += step, step = (step * 7) % 300_007) {
    step = Math.min(step, size - at)
    if (!socket.write(big.subarray(at, at + step))) await new Promise((resolve) => socket.once('drain', resolve))
  }
  await all
  expect(hash.digest('hex')).toBe(createHash('sha256').update(big).digest('hex'))
  expect(relay.traffic('g1')).toMatchObject({ connections: 1, bytes: { up: size, down: size } })
  socket.end()
  await expect.poll(() => relay.traffic('g1')).toMatchObject({ connections: 0, bytes: { up: size, down: size } })
})

test('a client that does not read holds the machine back instead of filling memory', async () => {
  let sent = 0
  const flood = await startMachine((socket) => {
    const block = Buffer.alloc(64 * 1024)
    const send = (): void => {
      do sent += block.length
      while (socket.write(block))
    }
    socket.on('drain', send)
    send()
  })
  const [endpoint] = await open('g1', '127.0.0.1', [flood.port])
  const socket = await connectTo(endpoint)
  socket.pause()
  let before = -1
  // Until the buffers of four kernel sockets are full.
  while (before !== sent) {
    before = sent
    await sleep(200)
  }
  expect(sent).toBeLessThan(64 * 1024 * 1024)
  let got = 0
  socket.on('data', (bytes: Buffer) => (got += bytes.length))
  socket.resume()
  await expect.poll(() => got, { timeout: 5000 }).toBeGreaterThan(before)
  socket.destroy()
  await flood.close()
})

test('a reset on one side resets the other', async () => {
  const [endpoint] = await open()
  const first = await connectTo(endpoint)
  await echo(first, 'x')
  const [onMachine] = machine.live
  if (onMachine === undefined) throw new Error('not connected')
  const seen = ended(onMachine)
  first.resetAndDestroy()
  expect((await seen).how).toBe('ECONNRESET')
  const second = await connectTo(endpoint)
  await echo(second, 'x')
  for (const socket of machine.live) socket.resetAndDestroy()
  expect((await ended(second)).how).toBe('ECONNRESET')
  await expect.poll(() => relay.traffic('g1')?.connections).toBe(0)
})

test('a machine that does not answer resets the client, is told of once with the cause, and is forgotten once it answers', async () => {
  const dead = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => void dead.once('listening', resolve))
  const port = portOf(dead)
  await new Promise((resolve) => void dead.close(resolve))
  const [endpoint] = await open('g1', '127.0.0.1', [port])
  for (let tries = 0; tries < 3; tries += 1) expect((await ended(await connectTo(endpoint))).how).toBe('ECONNRESET')
  expect(failures).toMatchObject([{ grantId: 'g1', port, cause: 'refused' }])
  expect(relay.traffic('g1')).toMatchObject({ connections: 0, unreachable: { port, cause: 'refused' } })
  const alive = createServer((socket) => void socket.pipe(socket)).listen(port, '127.0.0.1')
  await new Promise((resolve) => void alive.once('listening', resolve))
  const socket = await connectTo(endpoint)
  expect(await echo(socket, 'now')).toBe('now')
  expect(relay.traffic('g1')?.unreachable).toBeUndefined()
  socket.destroy()
  await new Promise((resolve) => void alive.close(resolve))
})

test('a name that cannot be resolved is told as such', async () => {
  const [endpoint] = await relay.open({
    grantId: 'g1',
    address: 'no-such-machine.invalid',
    ports: [22],
    source: '127.0.0.1',
    endsInMs: 3_600_000,
  })
  expect((await ended(await connectTo(endpoint))).how).toBe('ECONNRESET')
  expect(failures).toMatchObject([{ cause: 'dns' }])
})

test('a way that cannot be opened for all ports is open for none', async () => {
  const elsewhere = createRelay('192.0.2.1', Date.now, () => {})
  await expect(
    elsewhere.open({ grantId: 'g1', address: '127.0.0.1', ports: [22, 23], source: '127.0.0.1', endsInMs: 3_600_000 }),
  ).rejects.toThrow('EADDRNOTAVAIL')
  expect(await elsewhere.list()).toEqual([])
})
