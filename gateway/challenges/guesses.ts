/** Who looks for challenges that are not there is made to stop: short codes are not to be guessed. Bounded in memory. */
export interface Guesses {
  /** Whether this person has missed too often lately. */
  isTooMany(person: string, nowMs: number): boolean
  miss(person: string, nowMs: number): void
}

const mostMisses = 10
const windowMs = 10 * 60_000
const mostPeople = 10_000

export function createGuesses(): Guesses {
  const missed = new Map<string, number[]>()

  function recent(person: string, nowMs: number): number[] {
    return (missed.get(person) ?? []).filter((at) => at > nowMs - windowMs && at <= nowMs)
  }

  return {
    isTooMany: (person, nowMs) => recent(person, nowMs).length >= mostMisses,
    miss(person, nowMs) {
      const all = [...recent(person, nowMs), nowMs]
      missed.delete(person)
      const [oldest] = missed.keys()
      if (missed.size >= mostPeople && oldest !== undefined) missed.delete(oldest)
      missed.set(person, all.slice(-mostMisses))
    },
  }
}
