/**
 * Callers whose proof is not taken: how many, why, and from where. Who keeps trying is told to wait, in the same way for whatever is asked for, so
 * neither guessing at invitations nor making us check signatures goes on for long.
 */
import type { Distrust } from '../authentication.ts'

export interface Refusals {
  count(address: string, distrust: Distrust, nowMs: number): void
  /** Seconds that this address has to wait before it is listened to; 0 when it need not. */
  waitSeconds(address: string, nowMs: number): number
}

const windowMs = 60_000
const mostAddresses = 50_000

/** `most` refusals in a minute are taken from one address. `onRefused` is told of each. */
export function createRefusals(most: number, onRefused: (distrust: Distrust) => void): Refusals {
  const windows = new Map<string, { endsMs: number; count: number }>()

  function windowOf(address: string, nowMs: number) {
    const known = windows.get(address)
    // A clock that was set back must not shut an address out for long.
    if (known !== undefined && known.endsMs > nowMs && known.endsMs <= nowMs + windowMs) return known
    windows.delete(address)
    return undefined
  }

  return {
    count(address, distrust, nowMs) {
      onRefused(distrust)
      const known = windowOf(address, nowMs)
      if (known !== undefined) {
        known.count += 1
        return
      }
      const [oldest] = windows.keys()
      if (windows.size >= mostAddresses && oldest !== undefined) windows.delete(oldest)
      windows.set(address, { endsMs: nowMs + windowMs, count: 1 })
    },
    waitSeconds(address, nowMs) {
      const known = windowOf(address, nowMs)
      return known === undefined || known.count < most ? 0 : Math.ceil((known.endsMs - nowMs) / 1000)
    },
  }
}
