import { describe, expect, test } from 'vitest'
import { ConsoleAction } from '../../../gateway/api.ts'
import { AuditFilter } from '../../../preload/contract/audit.ts'
import {
  type ChosenFilter,
  dimensions,
  isFiltered,
  isSet,
  noFilter,
  shifted,
  toFilter,
  toggled,
  topicOf,
  without,
  withTopics,
} from '../../../renderer/audit/chosenFilter.ts'
import de from '../../../renderer/words/de/audit.json' with { type: 'json' }
import en from '../../../renderer/words/en/audit.json' with { type: 'json' }

/** The sentence for an action in one language. */
function saysOf(words: { actions: Record<string, Record<string, string>> }, action: string): string | undefined {
  const [topic = '', name = ''] = action.split('.')
  return words.actions[topic]?.[name]
}

const everything: ChosenFilter = {
  text: 'disk',
  time: { kind: 'between', fromMs: 0, toMs: 86_400_000 },
  machine: { id: 'desk:m1', name: 'web' },
  topics: ['access'],
  actions: ['grant.opened'],
  actors: ['anna'],
  outcomes: ['failed'],
  sites: ['Berlin'],
  ports: [22],
  gateways: ['desk'],
  marks: ['changed'],
}

describe('the activity’s filter', () => {
  test('without a choice asks for everything', () => expect(toFilter(noFilter)).toEqual({}))

  test('all that is chosen is asked for, in a form that main takes', () => {
    const asked = toFilter(everything)
    expect(AuditFilter.parse(asked)).toEqual(asked)
    expect(asked).toEqual({
      text: 'disk',
      from: '1970-01-01T00:00:00.000Z',
      to: '1970-01-01T23:59:59.999Z',
      machineId: 'desk:m1',
      topics: ['grant', 'gate'],
      actions: ['grant.opened'],
      actors: ['anna'],
      outcomes: ['failed'],
      sites: ['Berlin'],
      ports: [22],
      gatewayIds: ['desk'],
      marks: ['changed'],
    })
  })

  test('blanks are no search', () => expect(isFiltered({ ...noFilter, text: '  ' })).toBe(false))

  test('more values than main takes are not asked for', () => {
    const ports = Array.from({ length: 80 }, (_, index) => index + 1)
    expect(AuditFilter.safeParse(toFilter({ ...noFilter, ports })).success).toBe(true)
  })

  test('a span is counted from when it was chosen', () => {
    const chosenMs = Date.parse('2026-11-22T10:00:00Z')
    expect(toFilter({ ...noFilter, time: { kind: 'last', span: 'hour', chosenMs } })).toEqual({ from: '2026-11-22T09:00:00.000Z' })
  })

  test.each(dimensions)('the chip %s goes alone, and takes all of its choices with it', (dimension) => {
    const rest = without(everything, dimension)
    expect(isSet(everything, dimension)).toBe(true)
    expect(isSet(rest, dimension)).toBe(false)
    expect(dimensions.filter((one) => one !== dimension && !isSet(rest, one))).toEqual([])
  })

  test('an event that is of no chosen topic is let go', () => {
    const chosen = { ...noFilter, actions: ['grant.opened', 'session.started'] }
    expect(withTopics(chosen, ['sessions']).actions).toEqual(['session.started'])
    expect(withTopics(chosen, []).actions).toEqual(['grant.opened', 'session.started'])
  })

  test('choosing a value twice leaves what there was', () => expect(toggled(toggled(['a'], 'b'), 'b')).toEqual(['a']))

  test('the time before is as long, and ends where this one begins', () => {
    const nowMs = Date.parse('2026-11-22T10:00:00Z')
    const before = shifted({ kind: 'last', span: 'day', chosenMs: nowMs }, nowMs, -1)
    expect(before).toEqual({ kind: 'between', fromMs: nowMs - 2 * 86_400_000, toMs: nowMs - 86_400_000 })
    expect(before && shifted(before, nowMs, 1)).toEqual({ kind: 'between', fromMs: nowMs - 86_400_000, toMs: nowMs })
  })

  test('what has no end cannot be moved', () => {
    expect(shifted({ kind: 'any' }, 0, 1)).toBeUndefined()
    expect(shifted({ kind: 'between', fromMs: 5 }, 0, 1)).toBeUndefined()
  })
})

describe('the activity’s words', () => {
  const known = [
    ...ConsoleAction.options,
    ...['requested', 'approved', 'refused', 'opened', 'extended', 'expired', 'released', 'closed', 'unknown'].map((one) => `grant.${one}`),
    'gate.opened',
    'gate.closed',
    'gate.failed',
    'machine.added',
    'machine.changed',
    'machine.removed',
    'policy.changed',
    'gateway.started',
    'gateway.stopped',
    'gateway.clockChanged',
    'gateway.tookOver',
  ]
  test.each(known)('%s has a sentence in both languages and a topic', (action) => {
    expect(saysOf(en, action)).toBeTruthy()
    expect(saysOf(de, action)).toBeTruthy()
    expect(topicOf(action)).toBeDefined()
  })
})
