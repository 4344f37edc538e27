import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createClient, toFailure, type Fetch } from '../../../../main/providers/gateway/client.ts'
import { createGatewayProvider } from '../../../../main/providers/gateway/provider.ts'

const call = { method: 'GET', path: '/v1/source', about: { what: 'grant' } } as const
const askWith = (fetch: Fetch) => createClient({ id: 'desk', url: 'http://desk.internal', fetch })(z.object({ fine: z.boolean() }), call)
const answering = (body: BodyInit | null, status = 200) => askWith(() => Promise.resolve(new Response(body, { status })))

describe('an exchange with a gateway', () => {
  test('gives what the contract says, and nothing beside it', async () => {
    expect(await answering('{"fine":true,"more":1}')).toEqual({ fine: true })
  })

  test.each([
    ['HTML of a captive portal', '<html>Please sign in</html>', 200],
    ['JSON of another shape', '{"fine":"yes"}', 200],
    ['nothing', null, 200],
    ['an error without a problem document', 'Bad gateway', 502],
    ['a problem with a code that is none', '{"title":"x","status":400,"code":"rm -rf"}', 400],
  ])('F-95, F-96: %s is a bad answer', async (_what, body, status) => {
    await expect(answering(body, status)).rejects.toMatchObject({ failure: { tag: 'badAnswer', provider: 'desk' } })
  })

  test('F-95: an answer without an end is cut off', async () => {
    let sent = 0
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1_000_000
        controller.enqueue(new Uint8Array(1_000_000).fill(32))
      },
    })
    await expect(answering(endless)).rejects.toMatchObject({ failure: { tag: 'badAnswer' } })
    expect(sent).toBeLessThan(25_000_000)
  })

  test('that does not come about, or breaks off, means offline', async () => {
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"fi'))
        controller.error(new Error('reset'))
      },
    })
    await expect(answering(broken)).rejects.toMatchObject({ failure: { tag: 'offline', provider: 'desk' } })
    await expect(askWith(() => Promise.reject(new TypeError('fetch failed')))).rejects.toMatchObject({ failure: { tag: 'offline' } })
  })

  test('never follows a redirect', async () => {
    let redirect: string | undefined
    await askWith((request) => {
      ;({ redirect } = request)
      return Promise.resolve(new Response('{"fine":true}'))
    })
    expect(redirect).toBe('error')
  })
})

test.each([
  ['jitOff', { tag: 'jitOff', machineId: 'desk:m1' }],
  ['unsupported', { tag: 'unsupported', machineId: 'desk:m1', reason: 'because' }],
  ['portNotAllowed', { tag: 'notAllowed', part: 'port', allowed: '22' }],
  ['durationNotAllowed', { tag: 'notAllowed', part: 'duration', allowed: '22' }],
  ['sourceNotAllowed', { tag: 'notAllowed', part: 'source', allowed: '22' }],
  ['notFound', { tag: 'notFound', what: 'machine' }],
  ['keyReused', { tag: 'conflict', what: 'request' }],
  ['exists', { tag: 'conflict', what: 'machine' }],
  ['inProgress', { tag: 'inProgress' }],
  ['grantEnded', { tag: 'grantEnded', reason: 'because' }],
  ['gateFailed', { tag: 'gateFailed', detail: 'because' }],
  ['diskFull', { tag: 'diskFull' }],
  ['busy', { tag: 'offline', provider: 'desk', why: 'busy' }],
  ['tooMany', { tag: 'offline', provider: 'desk', why: 'busy' }],
  ['internal', { tag: 'badAnswer', provider: 'desk' }],
] as const)('the refusal %s is told as what the technician can do next', (code, failure) => {
  const problem = { title: 'x', status: 400, code, allowed: '22', reason: 'because' }
  expect(toFailure('desk', problem, { what: 'machine', machineId: 'm1' })).toEqual(failure)
})

test('ids are escaped in paths, so that none can lead to another resource', async () => {
  const asked: string[] = []
  const provider = createGatewayProvider({
    id: 'desk',
    name: 'This desk',
    technician: 'tess',
    url: 'http://desk.internal',
    onChange: () => () => undefined,
    fetch(request) {
      asked.push(new URL(request.url).pathname)
      return Promise.resolve(Response.json({ title: 'x', status: 404, code: 'notFound' }, { status: 404 }))
    },
  })
  await expect(provider.grant('../machines?x=')).rejects.toMatchObject({ failure: { tag: 'notFound', what: 'grant' } })
  expect(asked).toEqual(['/v1/grants/..%2Fmachines%3Fx%3D'])
})

test('a gateway that was set up anew is read from the start, and says that the old list is void', async () => {
  const cursors: (string | null)[] = []
  const provider = createGatewayProvider({
    id: 'desk',
    name: 'This desk',
    technician: 'tess',
    url: 'http://desk.internal',
    onChange: () => () => undefined,
    fetch(request) {
      const cursor = new URL(request.url).searchParams.get('cursor')
      cursors.push(cursor)
      return Promise.resolve(
        cursor === null
          ? Response.json({ machines: [], removed: [], cursor: 'new', more: false })
          : Response.json({ title: 'x', status: 410, code: 'notFound', field: 'cursor' }, { status: 410 }),
      )
    },
  })
  expect(await provider.machines('old')).toMatchObject({ cursor: 'new', startsAnew: true })
  expect(cursors).toEqual(['old', null])
})
