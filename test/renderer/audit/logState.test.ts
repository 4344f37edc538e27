import { describe, expect, test } from 'vitest'
import type { AuditCache, WatchedLog } from '../../../preload/contract.ts'
import { toCopyAge, toLogStates } from '../../../renderer/audit/logState.ts'

const cache = (more: Partial<AuditCache> = {}): AuditCache => ({
  gatewayId: 'desk',
  gatewayName: 'This desk',
  have: 100,
  of: 100,
  asOf: '2026-11-22T10:00:00Z',
  isSyncing: false,
  isOffline: false,
  verified: 100,
  changed: 0,
  ...more,
})
const seen = { gatewayId: 'desk', gatewayName: 'This desk' } as const
const verified: WatchedLog = { ...seen, state: 'verified', size: 100, root: 'r', at: '2026-11-22T10:00:00Z' }
const stateOf = (kept: AuditCache, log?: WatchedLog) => {
  const [state] = toLogStates([kept], log ? [log] : [])
  return [state?.state, state?.why]
}

describe('a log’s shield', () => {
  test('says proved only when everything that is kept is', () => {
    expect(stateOf(cache(), verified)).toEqual(['verified', undefined])
    expect(stateOf(cache({ verified: 97 }), verified)).toEqual(['partly', undefined])
    expect(stateOf(cache({ verified: 0 }), verified)).toEqual(['unverified', 'notYet'])
  })
  test('what was proved stays proved while its gateway is away', () => {
    expect(stateOf(cache({ why: 'unreachable' }), { ...seen, state: 'unverified', why: 'unreachable' })[0]).toBe('verified')
  })
  test.each(['noProofs', 'unsigned', 'keychain', 'recordChanged'] as const)('%s: nothing is proved, and it says why', (why) => {
    expect(stateOf(cache({ why }), verified)).toEqual(['unverified', why])
  })
  test('F-81: one changed event makes the log a changed one', () => expect(stateOf(cache({ changed: 1 }), verified)[0]).toBe('changed'))
  test('F-82: a log that lost its end is changed, however much of it was proved', () => {
    const shorter: WatchedLog = { ...seen, state: 'changed', how: 'shorter', at: verified.at, shown: { size: 9, root: 'x' } }
    expect(stateOf(cache(), shorter)[0]).toBe('changed')
  })
  test('a log of which nothing is kept yet has the witness’s word', () => {
    expect(toLogStates([], [verified]).map(({ state }) => state)).toEqual(['verified'])
  })
})

describe('the age of what is shown', () => {
  test('is that of the log that was read the longest time ago', () => {
    const age = toCopyAge([cache(), cache({ gatewayId: 'contoso', isOffline: true, asOf: '2026-11-20T08:00:00Z' })])
    expect(age).toMatchObject({ asOf: '2026-11-20T08:00:00Z', isOffline: true, have: 200, of: 200, isReading: false })
  })
  test('is not known while one of them was never read', () => {
    const { asOf: _asOf, ...never } = cache()
    expect(toCopyAge([cache(), never]).asOf).toBeUndefined()
  })
  test('a log that is being read tells how far it is, not how old', () => {
    expect(toCopyAge([cache({ isSyncing: true, have: 10, of: 5000 })])).toMatchObject({ isReading: true, have: 10, of: 5000 })
  })
  test('retention that took old events away is not reading', () => {
    expect(toCopyAge([cache({ have: 10, of: 5000 })]).isReading).toBe(false)
  })
})
