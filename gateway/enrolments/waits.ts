/**
 * Requests that wait for something to change, for machines' agents. Nobody can hold more than some of them: the oldest is answered as things are when
 * one too many comes. All are answered when the gateway closes.
 */
export interface Waits {
  /**
   * What `look` answers when it is done, or last, when the time is over, the caller went away, or others of the same owner took its place. `look` is
   * asked again whenever the key is rung.
   */
  until<Value>(wait: Wait, look: () => Promise<{ value: Value; isDone: boolean }>): Promise<Value>
  ring(keys: Iterable<string>): void
  ringAll(): void
  /** How many wait now. */
  count(): number
}

export interface Wait {
  key: string
  owner: string
  forMs: number
  /** Aborted when the caller goes away. */
  signal: AbortSignal
}

interface Waiter {
  ring: () => void
  giveUp: () => void
}

const mostOfOne = 8

export function createWaits(closing: AbortSignal): Waits {
  const byKey = new Map<string, Set<Waiter>>()
  const byOwner = new Map<string, Set<Waiter>>()

  function enter({ key, owner }: Wait, waiter: Waiter): void {
    put(byKey, key, waiter)
    const own = put(byOwner, owner, waiter)
    const [oldest] = own
    if (own.size > mostOfOne) oldest?.giveUp()
  }

  function leave({ key, owner }: Wait, waiter: Waiter): void {
    take(byKey, key, waiter)
    take(byOwner, owner, waiter)
  }

  return {
    async until(wait, look) {
      let rung = Promise.withResolvers<void>()
      const over = Promise.withResolvers<void>()
      let isOver = closing.aborted || wait.signal.aborted || wait.forMs <= 0
      const end = (): void => {
        isOver = true
        over.resolve()
      }
      const waiter = { ring: () => rung.resolve(), giveUp: end }
      const timer = setTimeout(end, Math.max(0, wait.forMs))
      closing.addEventListener('abort', end)
      wait.signal.addEventListener('abort', end)
      enter(wait, waiter)
      try {
        for (;;) {
          const { value, isDone } = await look()
          if (isDone || isOver) return value
          await Promise.race([rung.promise, over.promise])
          // A ring from now on is for the next look.
          rung = Promise.withResolvers<void>()
        }
      } finally {
        leave(wait, waiter)
        clearTimeout(timer)
        closing.removeEventListener('abort', end)
        wait.signal.removeEventListener('abort', end)
      }
    },
    ring(keys) {
      for (const key of keys) for (const waiter of byKey.get(key) ?? []) waiter.ring()
    },
    ringAll() {
      for (const waiters of byKey.values()) for (const waiter of waiters) waiter.ring()
    },
    count: () => [...byKey.values()].reduce((sum, { size }) => sum + size, 0),
  }
}

function put(map: Map<string, Set<Waiter>>, key: string, waiter: Waiter): Set<Waiter> {
  const set = map.get(key) ?? new Set()
  map.set(key, set.add(waiter))
  return set
}

function take(map: Map<string, Set<Waiter>>, key: string, waiter: Waiter): void {
  const set = map.get(key)
  set?.delete(waiter)
  if (set?.size === 0) map.delete(key)
}
