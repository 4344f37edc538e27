/** Which sign-in opens by itself, because the technician has just read its code or waits for it at a connect. Pure. */
import type { Challenge } from '../../preload/contract.ts'

/** Found while the technician did something else: the inbox and a notification tell of it. */
const quiet: ReadonlySet<Challenge['foundIn']> = new Set(['terminal'])

/** One reading of one code: the same code read again is opened again. */
export const readingOf = ({ ref, foundAt }: Pick<Challenge, 'ref' | 'foundAt'>): string => `${ref} ${foundAt}`

/** The one that arrived since `seen`; undefined when there is none, or more than one: then none is chosen (F-71). */
export function toOpen(challenges: readonly Challenge[], seen: ReadonlySet<string>): Challenge | undefined {
  const arrived = challenges.filter((one) => !seen.has(readingOf(one)) && !quiet.has(one.foundIn))
  return arrived.length === 1 ? arrived[0] : undefined
}
