/** Proofs that were used, for as long as they would be good: each is good once. Bounded, and full means no, never forgetting one. */
export interface Replays {
  /** True the first time, false when it was used or there is no room for one more. */
  use(thumbprint: string, jti: string, nowMs: number): boolean
}

/** What makes a proof good for once. */
export interface Proofs {
  /** What a proof has to bear, so that it was made for those who remember it. */
  readonly nonce: string
  use(thumbprint: string, jti: string, nowMs: number): boolean | Promise<boolean>
}

/** `keptMs` is at least as long as a proof is good. One console can fill its own share only, not that of others. */
export function createReplays(keptMs: number, mostOfOne = 20_000, most = 500_000): Replays {
  const used = new Map<string, number>()
  const countOf = new Map<string, number>()

  function forgetOld(nowMs: number): void {
    // In the order of use: the first that is young enough ends it. A wall clock that was set back only keeps more.
    for (const [entry, untilMs] of used) {
      if (untilMs > nowMs) return
      used.delete(entry)
      const owner = entry.slice(0, entry.indexOf(' '))
      const left = (countOf.get(owner) ?? 1) - 1
      if (left === 0) countOf.delete(owner)
      else countOf.set(owner, left)
    }
  }

  return {
    use(thumbprint, jti, nowMs) {
      forgetOld(nowMs)
      const entry = `${thumbprint} ${jti}`
      const ofOne = countOf.get(thumbprint) ?? 0
      if (used.has(entry) || ofOne >= mostOfOne || used.size >= most) return false
      used.set(entry, nowMs + keptMs)
      countOf.set(thumbprint, ofOne + 1)
      return true
    },
  }
}
