/**
 * A gateway's place among those that share a store. It is renewed twice a second; when that has not worked for three seconds the place is lost, by
 * this gateway's own clock and before others may take its grants, and it tries to come back under another name.
 */
export interface Lease {
  /** The name that grants are kept under now; undefined while the place is lost. */
  current(): string | undefined
  /** Takes a place; throws when the store cannot be asked. From then on it is renewed. */
  start(): Promise<void>
  /** Others have taken over: the place is lost now. */
  lose(): void
  /** No more renewing. */
  stop(): Promise<void>
}

export interface LeaseParts {
  monotonicMs: () => number
  /** Takes a place, in place of what this gateway was `former`ly; answers under which name, and what to do once it is taken. */
  join: (former: string | undefined) => Promise<{ id: string; taken: () => void }>
  /** False: the place is not there any more. */
  renew: (id: string) => Promise<boolean>
  onLost: () => void
  /** Renewed: time to look after what there is to do. */
  onBeat: () => void
}

export const leaseMs = 3000
const beatMs = 500

export function createLease({ monotonicMs, join, renew, onLost, onBeat }: LeaseParts): Lease {
  let id: string | undefined
  let former: string | undefined
  let endsMs = 0
  let watch: NodeJS.Timeout | undefined
  let timer: NodeJS.Timeout | undefined
  let beating = Promise.resolve()
  let isStopped = false

  /** `askedMs`: when the store was asked, which is no later than when it noted us. */
  function prolong(askedMs: number): void {
    endsMs = Math.max(endsMs, askedMs + leaseMs)
    clearTimeout(watch)
    watch = setTimeout(() => (monotonicMs() >= endsMs ? lose() : prolong(endsMs - leaseMs)), Math.max(0, endsMs - monotonicMs()))
  }

  function lose(): void {
    clearTimeout(watch)
    if (id === undefined) return
    former = id
    id = undefined
    onLost()
  }

  async function beat(): Promise<void> {
    const askedMs = monotonicMs()
    if (id === undefined) {
      await take()
    } else {
      const isThere = await renew(id)
      if (!isThere) lose()
      else if (id !== undefined) prolong(askedMs)
    }
    if (id !== undefined) onBeat()
  }

  async function take(): Promise<void> {
    const askedMs = monotonicMs()
    const joined = await join(former)
    // It took so long that others may have taken it for dead already.
    if (monotonicMs() >= askedMs + leaseMs) {
      former = joined.id
      return
    }
    id = joined.id
    endsMs = 0
    prolong(askedMs)
    joined.taken()
  }

  function next(): void {
    if (isStopped) return
    timer = setTimeout(() => {
      // What fails is tried again; when it fails for too long the watch has seen it.
      beating = beat()
        .catch(() => {})
        .finally(next)
    }, beatMs)
  }

  return {
    current: () => id,
    async start() {
      await take()
      next()
    },
    lose,
    async stop() {
      isStopped = true
      clearTimeout(timer)
      clearTimeout(watch)
      await beating
    },
  }
}
