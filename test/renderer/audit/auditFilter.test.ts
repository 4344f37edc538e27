import { describe, expect, test } from 'vitest'
import { ConsoleAction } from '../../../gateway/api.ts'
import { byDay, noFilter, toFilter, topicOf } from '../../../renderer/audit/auditFilter.ts'
import de from '../../../renderer/words/de/audit.json' with { type: 'json' }
import en from '../../../renderer/words/en/audit.json' with { type: 'json' }

const row = (seq: number, at: string) => ({ seq, at, actor: 'anna', action: 'grant.opened', outcome: 'ok' as const, detail: {} })

/** The sentence for an action in one language. */
function saysOf(words: { actions: Record<string, Record<string, string>> }, action: string): string | undefined {
  const [topic = '', name = ''] = action.split('.')
  return words.actions[topic]?.[name]
}

describe('the activity’s filter', () => {
  test('without a choice asks for everything', () => expect(toFilter(noFilter, 0)).toEqual({}))
  test('a chosen topic is all of its actions, and blanks are no search', () => {
    expect(toFilter({ ...noFilter, topics: ['access'], text: '  ' }, 0)).toEqual({ topics: ['grant', 'gate'] })
  })
  test('a span is counted from when it was chosen', () => {
    expect(toFilter({ ...noFilter, span: 'hour' }, Date.parse('2026-11-22T10:00:00Z'))).toEqual({ from: '2026-11-22T09:00:00.000Z' })
  })
  test('a range has its last day in it', () => {
    const { from = '', to = '' } = toFilter({ ...noFilter, span: 'range', from: '2026-11-20', to: '2026-11-20' }, 0)
    expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000)
  })
  test('F-92: rows keep the log’s order, also when a clock was set back', () => {
    const days = byDay([row(3, '2026-11-21T10:00:00Z'), row(2, '2026-11-22T10:00:00Z'), row(1, '2026-11-21T09:00:00Z')])
    expect(days.map((day) => day.rows.map(({ seq }) => seq))).toEqual([[3], [2], [1]])
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
