import { describe, expect, it } from 'vitest'
import { groupsOf, mostApart, recentOf } from '../../../renderer/approvals/signIns.ts'
import { challenge } from '../preview/challengeScenes.ts'

const found = (second: number) => new Date(Date.UTC(2026, 10, 22, 10, 0, second)).toISOString()

describe('sign-ins in the inbox', () => {
  it('F-75: five hundred of one machine are one row, with the newest first in it', () => {
    const flood = Array.from({ length: 500 }, (_, index) => challenge(index, { machineId: 'team:m1', foundAt: found(index) }))
    const groups = groupsOf(flood)
    expect(groups).toHaveLength(1)
    expect(groups[0]?.challenges).toHaveLength(500)
    expect(groups[0]?.challenges[0]?.foundAt).toBe(found(499))
    expect(500).toBeGreaterThan(mostApart)
  })

  it('machines stay where they are when another one asks', () => {
    const first = challenge(1, { machineId: 'team:m1', foundAt: found(1) })
    const second = challenge(2, { machineId: 'team:m2', foundAt: found(2) })
    const third = challenge(3, { machineId: 'team:m1', foundAt: found(3) })
    expect(groupsOf([third, second, first]).map(({ machineId }) => machineId)).toEqual(['team:m1', 'team:m2'])
  })

  it('only what waits is counted; what is over is told below, and not for long', () => {
    const over = Array.from({ length: 20 }, (_, index) => challenge(index, { state: index % 2 ? 'started' : 'denied' }))
    expect(groupsOf(over)).toEqual([])
    expect(recentOf([...over, challenge(99)], 8)).toHaveLength(8)
  })
})
