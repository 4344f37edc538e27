import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Fetch } from '../../../../main/providers/gateway/client.ts'
import { retryAfterMs } from '../../../../main/network/patience.ts'
import { createGatewayEvents } from '../../../../main/providers/gateway/events.ts'
import { leadsHere } from '../../../../main/providers/gateway/pinnedTls.ts'
import { asker, makeIdentity, serveTls } from '../../network/tlsServer.ts'

/** With each connection what does not ring is rung: the log and the grants may be others by now. */
const connected = ['connected', 'audit', 'grants']

/** Each connection gets the next of these, and ends after it. */
function listenTo(connections: string[]) {
  const asked: (string | null)[] = []
  const heard: string[] = []
  const fetch: Fetch = (request) => {
    asked.push(request.headers.get('last-event-id'))
    const text = connections.shift()
    return text === undefined ? Promise.reject(new Error('gone')) : Promise.resolve(new Response(text))
  }
  const events = createGatewayEvents('https://gate.example', fetch, () => heard.push('connected'))
  onTestFinished(() => events.close())
  events.listen((topic) => heard.push(topic))
  return { asked, heard }
}

describe("a gateway's event stream", () => {
  test('F-100: goes on where it ended', async () => {
    const { asked, heard } = listenTo([
      'id: r-1\ndata: machines\n\n: still here\n\nid: r-2\ndata: grants\n\n',
      'id: r-3\ndata: audit\n\nid: r-4\nda',
    ])
    await vi.waitFor(() => expect(asked).toEqual([null, 'r-2', 'r-3']), { timeout: 8000 })
    // What was cut off in the middle was not heard, and is asked for again.
    expect(heard).toEqual([...connected, 'machines', 'grants', ...connected, 'audit'])
  }, 10_000)

  test('F-100: topics that are not known, and events without an end, ring nothing', async () => {
    const { heard, asked } = listenTo(['id: r-1\ndata: constructor\n\nid: r-2\ndata: people\n\n', `id: ${'x'.repeat(5000)}`])
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1), { timeout: 5000 })
    await pause(50)
    expect(heard).toEqual([...connected, 'people', ...connected])
  }, 10_000)
})

test('F-100: a stream that repeats itself and is out of order rings again, which only asks again, and goes on from its last word', async () => {
  const { asked, heard } = listenTo(['id: r-2\ndata: grants\n\nid: r-1\ndata: audit\n\nid: r-2\ndata: grants\n\nid: r-2\ndata: grants\n\n'])
  await vi.waitFor(() => expect(asked).toEqual([null, 'r-2']), { timeout: 5000 })
  expect(heard).toEqual([...connected, 'grants', 'audit', 'grants', 'grants'])
}, 10_000)

test('F-100: a stream that is silent for longer than its heartbeat is dead, and is made anew', async () => {
  const identity = await makeIdentity()
  const { port, heard } = await serveTls(identity, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(': here\n\n')
  })
  const { network } = asker(port, identity.pin, { tls: { silenceMs: 300 } })
  const events = createGatewayEvents(`https://127.0.0.1:${port}`, network.fetch, () => undefined)
  onTestFinished(() => events.close())
  await vi.waitFor(() => expect(heard.length).toBeGreaterThan(1), { timeout: 10_000 })
}, 15_000)

test.each([
  [null, 0],
  ['-5', 0],
  ['3', 3000],
  ['0', 0],
  ['999999999999', 300_000],
  ['-1', 0],
  ['soon', 0],
  ['Wed, 02 Jan 2030 03:04:15 GMT', 10_000],
  ['Wed, 02 Jan 2030 03:00:00 GMT', 0],
  ['Wed, 02 Jan 3030 03:00:00 GMT', 300_000],
])('F-102: Retry-After %j is a wait of %i ms', (header, ms) => {
  expect(retryAfterMs(header, Date.parse('2030-01-02T03:04:05.000Z'))).toBe(ms)
})

test.each([
  ['gate.example.org', '127.0.0.1', true],
  ['gate.example.org', '::1', true],
  ['gate.example.org', '::ffff:127.0.0.2', true],
  ['gate.example.org', '192.0.2.7', false],
  ['localhost', '127.0.0.1', false],
  ['127.0.0.1', '127.0.0.1', false],
  ['[::1]', '::1', false],
])('F-93: %s at %s leads to this computer: %s', (hostname, address, here) => {
  expect(leadsHere(hostname, address)).toBe(here)
})
