import { describe, expect, it } from 'vitest'
import { areApart, groupsOf, recentOf, shownOf } from '../../../renderer/approvals/signIns.ts'
import { challenge } from '../preview/challengeScenes.ts'

const found = (second: number) => new Date(Date.UTC(2026, 10, 22, 10, 0, second)).toISOString()

describe('sign-ins in the inbox', () => {
  it('F-75: five hundred of one machine are one row, with the newest first in it', () => {
    const flood = Array.from({ length: 500 }, (_, index) => challenge(index, { machineId: 'team:m1', foundAt: found(index) }))
    const groups = groupsOf(flood)
    expect(groups).toHaveLength(1)
    expect(groups[0]?.challenges).toHaveLength(500)
    expect(groups[0]?.challenges[0]?.foundAt).toBe(found(499))
    expect(groups.map((group) => areApart(group, 1))).toEqual([false])
  })

  it('F-75: three of each of 167 machines are a dozen rows, and the machine that one is connected to is among them', () => {
    const none = { kind: 'none' } as const
    const flood = Array.from({ length: 501 }, (_, index) =>
      challenge(index, { machineId: `team:m${Math.floor(index / 3)}`, foundAt: found(index), binding: none }),
    )
    const mine = challenge(999, { machineId: 'team:mine', foundAt: found(999), binding: { kind: 'yours', grantId: 'team:g1' } })
    const groups = groupsOf([mine, ...flood])
    const shown = shownOf(groups)
    expect(groups).toHaveLength(168)
    expect(shown.map(({ machineId }) => machineId)).toEqual([...Array.from({ length: 11 }, (_, index) => `team:m${index}`), 'team:mine'])
    expect(shown.filter((group) => areApart(group, groups.length)).map(({ machineId }) => machineId)).toEqual(['team:mine'])
    expect(shownOf(groups.slice(0, 3))).toHaveLength(3)
    expect(groups.slice(0, 3).every((group) => areApart(group, 3))).toBe(true)
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
