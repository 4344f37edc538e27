import { describe, expect, test } from 'vitest'
import type { AuditRow } from '../../../preload/contract.ts'
import { toStory } from '../../../renderer/audit/story.ts'
import { eventRow } from './auditRows.ts'

const startMs = Date.parse('2026-11-22T10:00:00Z')
const event = (seq: number, afterMs: number, action: string, more: Partial<AuditRow> = {}) =>
  eventRow(seq, { action, at: new Date(startMs + afterMs).toISOString(), machineId: 'desk:m1', machineName: 'web', ...more })

const whole = [
  event(1, 0, 'grant.requested', { actor: 'anna', detail: { reason: 'Ticket 4711' } }),
  event(2, 90_000, 'grant.approved', { actor: 'ben' }),
  event(3, 91_000, 'gate.opened', { port: 22 }),
  event(4, 91_020, 'grant.opened', { port: 22 }),
  event(5, 95_000, 'hostKey.pinned'),
  event(6, 96_000, 'session.started', { port: 22 }),
  event(7, 3_600_000, 'session.ended', { port: 22 }),
  event(8, 3_601_000, 'grant.expired'),
  event(9, 3_601_050, 'gate.closed', { port: 22 }),
]
const states = (rows: readonly AuditRow[]) => toStory(rows)?.steps.map(({ chapter, state }) => `${chapter} ${state}`)

describe('the story of an access', () => {
  test('is told from its request to its end, however its events came', () => {
    const story = toStory(whole.toReversed())
    expect(story?.events.map(({ row }) => row.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(story?.events.filter(({ begins }) => begins).map(({ chapter }) => chapter)).toEqual([
      'request',
      'approval',
      'gate',
      'sessions',
      'end',
    ])
    expect(story).toMatchObject({
      requestedBy: 'anna',
      reason: 'Ticket 4711',
      machine: { id: 'desk:m1', name: 'web' },
      ports: [22],
      lastedMs: 3_601_000,
    })
    expect(states(whole)).toEqual(['request ok', 'approval ok', 'gate ok', 'sessions ok', 'end ok'])
  })
  test('one that goes on has no end yet', () => {
    const story = toStory(whole.slice(0, 6))
    expect(story?.lastedMs).toBeUndefined()
    expect(story?.steps.at(-1)).toEqual({ chapter: 'end', state: 'none', count: 0 })
  })
  test('a refusal is its end, and nothing came of the rest', () => {
    const denied = [event(1, 0, 'grant.requested'), event(2, 60_000, 'grant.denied', { outcome: 'ok', actor: 'ben' })]
    expect(states(denied)).toEqual(['request ok', 'approval refused', 'gate none', 'sessions none', 'end none'])
    expect(toStory(denied)?.lastedMs).toBe(60_000)
  })
  test('a connect that failed is made good by a session that began', () => {
    const failed = event(5, 95_000, 'connect.failed', { outcome: 'failed' })
    expect(states([...whole.slice(0, 4), failed])).toContain('sessions failed')
    expect(states([...whole.slice(0, 4), failed, ...whole.slice(5)])).toContain('sessions ok')
  })
  test('F-92: a clock that was set back does not change the order', () => {
    const story = toStory([event(1, 0, 'grant.requested'), event(2, -3_600_000, 'grant.approved')])
    expect(story?.events.map(({ row, sinceMs }) => [row.seq, sinceMs])).toEqual([
      [1, 0],
      [2, -3_600_000],
    ])
  })
  test('an event that this window does not know is told where it happened', () => {
    const story = toStory([...whole.slice(0, 4), event(5, 92_000, 'moon.landed'), ...whole.slice(5)])
    expect(story?.events[4]).toMatchObject({ chapter: 'sessions', row: { action: 'moon.landed' } })
  })
  test('without events there is none', () => expect(toStory([])).toBeUndefined())
})
