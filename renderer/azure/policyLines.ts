/** A policy before and after as lines to read: what goes, what comes, and only as much of the rest as shows where. Pure. */
import { diffLines } from 'diff'

export type PolicyLine = { kind: 'same' | 'added' | 'removed'; text: string } | { kind: 'fold'; count: number }

/** Lines that stay are shown this far around a change. */
const around = 3

export function policyLines(before: string, after: string): PolicyLine[] {
  const parts = diffLines(before, after).map(({ value, added, removed }) => ({
    kind: added ? ('added' as const) : removed ? ('removed' as const) : ('same' as const),
    lines: value.replace(/\n$/, '').split('\n'),
  }))
  return parts.flatMap(({ kind, lines }, index): PolicyLine[] => {
    const shown = (some: readonly string[]) => some.map((text) => ({ kind, text }))
    if (kind !== 'same') return shown(lines)
    const [first, last] = [index === 0 ? 0 : around, index === parts.length - 1 ? 0 : around]
    const count = lines.length - first - last
    // A fold is a line itself.
    if (count <= 1) return shown(lines)
    return [...shown(lines.slice(0, first)), { kind: 'fold', count }, ...shown(last === 0 ? [] : lines.slice(-last))]
  })
}
