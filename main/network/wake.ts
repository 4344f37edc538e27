/** When what was known of others may be old: this computer slept, its clock was set, or its network is another one (F-101, F-54). */
import { networkInterfaces } from 'node:os'
import type { Clock } from '../ports.ts'

const everyMs = 2000
/** A computer that is busy for so long may as well have slept. */
const missedMs = 4000

/** Answers what stops it. `addresses` are this computer's own. */
export function watchForWake(
  clock: Clock,
  onWake: () => void,
  addresses: () => string = ownAddresses,
  tick: (look: () => void) => () => void = everyTick,
): () => void {
  let before = { at: clock.monotonicMs(), offset: clock.now() - clock.monotonicMs(), addresses: addresses() }
  return tick(() => {
    const at = clock.monotonicMs()
    const now = { at, offset: clock.now() - at, addresses: addresses() }
    const isAwakeAgain =
      now.at - before.at > missedMs || Math.abs(now.offset - before.offset) > everyMs || now.addresses !== before.addresses
    before = now
    if (isAwakeAgain) onWake()
  })
}

function everyTick(look: () => void): () => void {
  const timer = setInterval(look, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

function ownAddresses(): string {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return found
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ')
}
