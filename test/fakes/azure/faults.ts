/** How the stand-in misbehaves: each fault is for the next requests that it fits. */
export type Fault =
  /** 401 with a claims challenge: only a token that was made for these claims is taken from then on. */
  | { kind: 'claims' }
  | { kind: 'unauthorized' }
  | { kind: 'forbidden'; action?: string }
  | { kind: 'notFound' }
  | { kind: 'conflict' }
  | { kind: 'throttle'; retryAfterS: number }
  /** 500, and nothing was done; or it was. */
  | { kind: 'broken'; hasEffect: boolean; status?: 500 | 502 | 503 }
  /** The connection ends without an answer. */
  | { kind: 'lost'; hasEffect: boolean }
  /** Half of the answer's JSON. */
  | { kind: 'cut' }
  | { kind: 'slow'; ms: number }
  | { kind: 'unknownEnum' }
  | { kind: 'otherSubscription' }
  /** The list's next page is elsewhere. */
  | { kind: 'foreignNextLink' }

export interface Faults {
  /** For the next `times` requests (one unless told) of this method whose path fits. */
  next(fits: { method?: string; path?: RegExp }, fault: Fault, times?: number): void
  clear(): void
}

interface Waiting {
  method: string | undefined
  path: RegExp | undefined
  fault: Fault
  times: number
}

export function createFaults(): Faults & { take(method: string, path: string): Fault | undefined } {
  let waiting: Waiting[] = []
  return {
    next({ method, path }, fault, times = 1) {
      waiting.push({ method, path, fault, times })
    },
    clear() {
      waiting = []
    },
    take(method, path) {
      const found = waiting.find((one) => (one.method ?? method) === method && (one.path?.test(path) ?? true))
      if (!found) return undefined
      found.times -= 1
      if (found.times === 0) waiting = waiting.filter((one) => one !== found)
      return found.fault
    },
  }
}
