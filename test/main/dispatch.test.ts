import { describe, expect, test } from 'vitest'
import { CallError } from '../../main/callError.ts'
import { createDispatch, type Handlers } from '../../main/dispatch.ts'
import { calls, type CallName } from '../../preload/contract.ts'
import { fakeClock } from '../fakes/fakeClock.ts'
import { openTestApp } from './testApp.ts'

type Line = { level: string; facts: object; text: string }

/** Only the calls that a test needs answer; any other would be a bug of the test. */
function door(handlers: { [Name in CallName]?: (input: never) => unknown }) {
  const lines: Line[] = []
  const log = (level: string) => (facts: object, text: string) => void lines.push({ level, facts, text })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a handler that is not there is a bug of the test, and some break the contract
  const all = handlers as Handlers
  return { lines, call: createDispatch(all, { info: log('info'), warn: log('warn'), error: log('error') }, fakeClock()) }
}

describe('the door', () => {
  test.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'machines',
    '',
    'Machines.List',
    7,
    null,
    undefined,
    {},
    ['app.info'],
  ])('F-33: %j is no call', async (name) => {
    const { call } = door({})
    expect(await call(name, {})).toEqual({ ok: false, failure: { tag: 'notFound', what: 'call' } })
  })

  test('input that does not fit is refused with the field that does not', async () => {
    const { call } = door({ 'machines.get': () => expect.unreachable() })
    expect(await call('machines.get', { machineId: '../../etc' })).toEqual({
      ok: false,
      failure: { tag: 'invalidInput', field: 'machineId', problem: 'format' },
    })
    expect(await call('machines.remove', { machineIds: ['desk:a', 'nonsense'] })).toMatchObject({ failure: { field: 'machineIds.1' } })
    for (const input of [undefined, null, 'text', [], 5]) {
      expect(await call('machines.get', input)).toMatchObject({ failure: { tag: 'invalidInput' } })
    }
  })

  test('an expected failure crosses as it is, and only its tag and cause are in the log', async () => {
    const cause = new Error('connect ECONNREFUSED')
    const { call, lines } = door({
      'machines.get': () => {
        throw new CallError({ tag: 'offline', provider: 'desk' }, { cause })
      },
    })
    expect(await call('machines.get', { machineId: 'desk:m1' })).toEqual({ ok: false, failure: { tag: 'offline', provider: 'desk' } })
    expect(lines).toMatchObject([{ level: 'info', facts: { call: 'machines.get', failure: 'offline' } }])
  })

  test('a bug is logged under the incident that the window is told, and tells the window nothing else', async () => {
    const { call, lines } = door({
      'app.info': () => {
        throw new TypeError('secret inside')
      },
    })
    const reply = await call('app.info', {})
    if (reply.ok || reply.failure.tag !== 'internal') throw new Error('it was not told as a bug')
    expect(reply.failure.incident).toMatch(/^[0-9A-F]{8}$/)
    expect(JSON.stringify(reply)).not.toContain('secret')
    expect(lines[0]?.facts).toMatchObject({ incident: reply.failure.incident })
  })

  test('an answer that breaks the contract is a bug and never reaches the window', async () => {
    const { call } = door({ 'app.takeLink': () => ({ dropped: 'many' }) })
    expect(await call('app.takeLink', {})).toMatchObject({ ok: false, failure: { tag: 'internal' } })
  })

  test('what the contract does not name does not leave main', async () => {
    const { call } = door({ 'account.keychain': () => ({ state: 'ready', password: 'hunter2' }) })
    expect(await call('account.keychain', {})).toEqual({ ok: true, value: { state: 'ready' } })
  })

  test('hostile input never makes it reject, whatever the call', async () => {
    const { app } = await openTestApp()
    const hostile = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as unknown
    for (const name of Object.keys(calls)) {
      // It takes what it is given.
      if (name === 'settings.change') continue
      const reply = await app.call(name, hostile)
      if (!reply.ok) expect(reply.failure.tag, name).not.toBe('internal')
    }
    expect({}).not.toHaveProperty('polluted')
  })
})
