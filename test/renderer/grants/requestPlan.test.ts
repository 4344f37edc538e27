import { describe, expect, test } from 'vitest'
import { durationChoices, durationText, extensionChoices } from '../../../renderer/grants/durations.ts'
import { clockText } from '../../../renderer/grants/remaining.ts'
import { firstPorts, isSourceLike, machinesOf, mostMsOf, sourcesOf } from '../../../renderer/grants/requestPlan.ts'

const hourMs = 3_600_000
const options = {
  machines: [
    {
      machineId: 'desk:a',
      name: 'a',
      ports: [
        { port: 22, maxDurationMs: 3 * hourMs, sources: [], protocol: 'tcp' },
        { port: 5986, maxDurationMs: hourMs, sources: ['10.0.0.0/8'], protocol: 'tcp' },
      ],
    },
    { machineId: 'desk:b', name: 'b', ports: [{ port: 3389, maxDurationMs: 2 * hourMs, sources: [], protocol: 'tcp' }] },
    { machineId: 'desk:c', name: 'c', ports: [], unavailable: 'jitOff' as const },
  ],
  myAddress: '127.0.0.1',
  servesOtherSources: false,
}

describe('a request asks only for what policy allows', () => {
  test('the first port of each machine that can be had is chosen at first', () => {
    expect(firstPorts(options)).toEqual({ 'desk:a': [22], 'desk:b': [3389] })
  })
  test('the longest is the smallest limit of the chosen ports', () => {
    expect(mostMsOf(options, { 'desk:a': [22], 'desk:b': [3389] })).toBe(2 * hourMs)
    expect(mostMsOf(options, { 'desk:a': [22, 5986] })).toBe(hourMs)
    expect(mostMsOf(options, {})).toBeUndefined()
  })
  test('ports that no rule names, and machines without JIT, are never asked for', () => {
    expect(machinesOf(options, { 'desk:a': [22, 8080], 'desk:c': [22], 'desk:x': [22] })).toEqual([{ machineId: 'desk:a', ports: [22] }])
  })
  test('sources are those that the chosen rules name', () => {
    expect(sourcesOf(options, { 'desk:a': [5986] })).toEqual(['10.0.0.0/8'])
  })
  test.each([
    ['10.0.0.0/8', true],
    ['fe80::1', true],
    ['-oProxyCommand=x', false],
    ['', false],
  ])('%j may be a source: %s', (source, isOne) => expect(isSourceLike(source)).toBe(isOne))
})

describe('durations', () => {
  test('choices end with the most that is allowed', () => {
    expect(durationChoices(3 * hourMs)).toEqual([hourMs / 2, hourMs, 2 * hourMs, 3 * hourMs])
    expect(durationChoices(600_000)).toEqual([600_000])
  })
  test('a grant is extended at most to its latest end', () => {
    const grant = { endsAt: '2026-11-22T10:00:00.000Z', extendableUntil: '2026-11-22T10:45:00.000Z' }
    expect(extensionChoices(grant)).toEqual([900_000, 1_800_000, 2_700_000])
    expect(extensionChoices({ ...grant, extendableUntil: grant.endsAt })).toEqual([])
    expect(extensionChoices({})).toEqual([])
  })
  test.each([
    [45_000, '45 s'],
    [1_800_000, '30 min'],
    [9_000_000, '2 h 30 min'],
  ])('%d ms is told as %s', (ms, text) => expect(durationText(ms)).toBe(text))
  test.each([
    [0, '00:00'],
    [1, '00:01'],
    [59_001, '01:00'],
    [10_747_000, '2:59:07'],
  ])('F-104: %d ms left is shown as %s, and zero only at the end', (ms, text) => expect(clockText(ms)).toBe(text))
})
