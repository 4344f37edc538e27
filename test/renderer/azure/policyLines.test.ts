import { expect, test } from 'vitest'
import { policyLines } from '../../../renderer/azure/policyLines.ts'

const policy = (machines: readonly string[]) => JSON.stringify({ kind: 'Basic', machines }, null, 2)
const many = Array.from({ length: 20 }, (_, index) => `vm${index}`)

test('a machine that is added is the one line that comes, with only what is around it', () => {
  const lines = policyLines(policy(many), policy([...many.slice(0, 10), 'new', ...many.slice(10)]))
  expect(lines.filter(({ kind }) => kind === 'added')).toEqual([{ kind: 'added', text: '    "new",' }])
  expect(lines.filter(({ kind }) => kind === 'removed')).toEqual([])
  expect(lines.filter(({ kind }) => kind === 'same')).toHaveLength(6)
  const folded = lines.flatMap((line) => (line.kind === 'fold' ? [line.count] : []))
  expect(folded.reduce((all, count) => all + count, 6)).toBe(policy(many).split('\n').length)
})

test('a policy that is new comes as a whole, and one that is removed goes as a whole', () => {
  expect(new Set(policyLines('', policy(['a'])).map(({ kind }) => kind))).toEqual(new Set(['added']))
  expect(new Set(policyLines(policy(['a']), '').map(({ kind }) => kind))).toEqual(new Set(['removed']))
})

test('nothing is folded for the sake of a single line', () => {
  const text = Array.from({ length: 4 }, (_, index) => `line ${index}`).join('\n')
  expect(policyLines(`${text}\nold`, `${text}\nnew`).map(({ kind }) => kind)).not.toContain('fold')
})
