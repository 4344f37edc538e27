import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { CallError } from '../../../main/callError.ts'
import { createListeners } from '../../../main/listeners.ts'
import { joinConsole } from '../../../main/platform/commandClient.ts'
import { limits, serveCommands } from '../../../main/platform/commandServer.ts'
import type { Reply, Topic } from '../../../preload/contract.ts'

interface Served {
  folder: string
  called: { name: unknown; input: unknown }[]
  ring: (topic: Topic) => void
  stop: () => Promise<void>
}

async function serve(answer: (name: unknown) => Reply | Promise<Reply> = () => ({ ok: true, value: {} })): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-commands-'))
  const called: Served['called'] = []
  const bell = createListeners<Topic>()
  const stop = await serveCommands(
    {
      async call(name, input) {
        called.push({ name, input })
        return answer(name)
      },
      onChange: (listener) => bell.listen(listener),
      async fetch(gatewayId, { method, path }) {
        if (gatewayId !== 'desk') throw new CallError({ tag: 'notFound', what: 'gateway' })
        return new Response(`${method} ${path} ${'x'.repeat(300_000)}`, { status: 202, headers: { 'content-type': 'text/plain' } })
      },
    },
    folder,
  )
  onTestFinished(async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder, called, ring: (topic) => bell.tell(topic), stop }
}

async function joined(folder: string) {
  const console = await joinConsole(folder)
  if (!console) throw new Error('no console answers')
  onTestFinished(() => console.close())
  return console
}

async function rawConnection(folder: string): Promise<Socket> {
  const socket = createConnection(join(folder, 'commands'))
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('data', resolve))
  socket.resume()
  onTestFinished(() => void socket.destroy())
  return socket
}

const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()))

test('the command line gets the answers of the console’s own door, its failures and its bell', async () => {
  const refusal: Reply = { ok: false, failure: { tag: 'notFound', what: 'grant' } }
  const { folder, called, ring } = await serve((name) => (name === 'grants.release' ? refusal : { ok: true, value: { name: 'ü€𝄞' } }))
  const console = await joined(folder)
  expect(await console.call('grants.release', { grantId: 'g' })).toEqual(refusal)
  expect(await console.call('app.info', {})).toEqual({ ok: true, value: { name: 'ü€𝄞' } })
  expect(called).toEqual([
    { name: 'grants.release', input: { grantId: 'g' } },
    { name: 'app.info', input: {} },
  ])
  const heard = new Promise<Topic>((resolve) => console.onChange(resolve))
  ring('audit')
  expect(await heard).toBe('audit')
})

test('GTW-4: a gateway’s own API is reached through it, with status, type and a long body', async () => {
  const { folder } = await serve()
  const console = await joined(folder)
  const response = await console.fetch('desk', { method: 'GET', path: '/v1/log/bundle' })
  expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({ status: 202, type: 'text/plain' })
  expect(await response.text()).toBe(`GET /v1/log/bundle ${'x'.repeat(300_000)}`)
  await expect(console.fetch('other', { method: 'GET', path: '/v1/me' })).rejects.toThrow(CallError)
})

test('the socket is this person’s alone, and one that was left behind does not stand in the way', async () => {
  const { folder, stop } = await serve()
  expect(statSync(join(folder, 'commands')).mode & 0o777).toBe(0o600)
  await stop()
  expect(existsSync(join(folder, 'commands'))).toBe(false)
  expect(await joinConsole(folder)).toBeUndefined()
  const stale = createServer().listen(join(folder, 'commands'))
  await new Promise((resolve) => stale.once('listening', resolve))
  const again = await serveCommands(
    { call: async () => ({ ok: true, value: 1 }), onChange: () => () => undefined, fetch: () => Promise.reject(new Error()) },
    folder,
  )
  const console = await joined(folder)
  expect(await console.call('x', {})).toEqual({ ok: true, value: 1 })
  await again()
  await new Promise((resolve) => stale.close(resolve))
})

test.each([
  ['garbage', '\u0000\u0001\u0002 garbage\n'],
  ['half a value', '{"id":1,\n'],
  ['a value of another form', '{"id":1,"run":"rm"}\n'],
  ['more than the form has', '{"id":1,"call":"app.info","input":{},"more":1}\n'],
  ['an id that is none', '{"id":-1,"call":"app.info","input":{}}\n'],
  ['a path to elsewhere', '{"id":1,"api":{"gatewayId":"desk","request":{"method":"GET","path":"//evil.example/v1/"}}}\n'],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a])],
])('F-10: %s on the command socket is cut off, and the console goes on', async (_what, bytes) => {
  const { folder, called } = await serve()
  const socket = await rawConnection(folder)
  socket.write(bytes)
  await closed(socket)
  expect(called).toEqual([])
  expect(await (await joined(folder)).call('app.info', {})).toMatchObject({ ok: true })
})

test('F-10: a line without an end is cut off at its limit, not kept', async () => {
  const { folder, called } = await serve()
  const socket = await rawConnection(folder)
  const part = Buffer.alloc(1024 * 1024, 'x')
  const cut = closed(socket)
  for (let sent = 0; sent <= limits.lineBytes && !socket.destroyed; sent += part.length) {
    if (!socket.write(part)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), cut])
  }
  await cut
  expect(called).toEqual([])
})

test('F-10: more connections, or more calls at once, than anybody needs are cut off', async () => {
  const { promise: never, resolve } = Promise.withResolvers<Reply>()
  const { folder, called } = await serve(() => never)
  const sockets = await Promise.all(Array.from({ length: limits.connections }, () => rawConnection(folder)))
  const oneMore = createConnection(join(folder, 'commands'))
  oneMore.on('error', () => undefined)
  await closed(oneMore.resume())
  const [first] = sockets
  if (!first) throw new Error('no connection')
  for (let id = 1; id <= limits.callsAtOnce + 1; id++) first.write(`${JSON.stringify({ id, call: 'app.info', input: {} })}\n`)
  await closed(first)
  expect(called).toHaveLength(limits.callsAtOnce)
  resolve({ ok: true, value: {} })
})

const attempt = (outcome: object | undefined) => ({
  attemptId: 'a',
  machineId: 'desk:m',
  machineName: 'm',
  way: 'ssh',
  where: 'caller',
  startedAt: '2026-01-01T00:00:00Z',
  steps: [],
  ...(outcome && { outcome }),
})

test('a connect whose terminal went away is ended: its session closed, or itself stopped', async () => {
  for (const [outcome, end] of [
    [
      { kind: 'inside', sessionId: 's1' },
      { name: 'sessions.close', input: { sessionId: 's1' } },
    ],
    [undefined, { name: 'sessions.cancel', input: { attemptId: 'a' } }],
  ] as const) {
    const { folder, called } = await serve((name) => ({ ok: true, value: name === 'sessions.attempt' ? attempt(outcome) : {} }))
    const console = await joinConsole(folder)
    await console?.call('sessions.connect', { attemptId: 'a' })
    await console?.close()
    await expect.poll(() => called.at(-1)).toEqual(end)
  }
})

test('a console that ends is told as one that cannot be reached, never as an answer', async () => {
  const { folder, stop } = await serve(() => new Promise<Reply>(() => undefined))
  const console = await joined(folder)
  const reply = console.call('app.info', {})
  await delay(20)
  await stop()
  expect(await reply).toEqual({ ok: false, failure: { tag: 'offline', provider: 'console' } })
  expect(await console.call('app.info', {})).toMatchObject({ ok: false })
})

test('what is no console of this version is not talked to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-commands-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const received: Promise<string>[] = []
  const server = createServer((socket) => {
    received.push(text(socket))
    socket.write('{"gatehouse":99}\n')
  }).listen(join(folder, 'commands'))
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  await expect(joinConsole(folder)).rejects.toThrow('another version')
  expect(await Promise.all(received)).toEqual([''])
})
