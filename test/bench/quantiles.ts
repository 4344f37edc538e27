/** Of measured values, in any order. */

/** The value that `part` (0 to 1) of all are below, by nearest rank: 0.95 is the p95. NaN of none, so that a bench which measured nothing says so. */
export function quantile(values: readonly number[], part: number): number {
  const ordered = values.toSorted((one, other) => one - other)
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * part))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)
