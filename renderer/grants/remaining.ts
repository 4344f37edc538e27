/**
 * Time left, counted from the moment of the answer on a clock that never steps: right to a second whatever the computer's clock
 * says, and through changes of time zone (F-104).
 */
import { useSyncExternalStore } from 'react'

/** When an answer was first seen, by what it said. Bounded: an answer is replaced by the next within minutes. */
const seen = new Map<string, number>()
const mostSeen = 2000

/** Notes the moment of an answer. Called as soon as it arrives, so that a view opened later counts from then. */
export function noteRemaining(endsAt: string, remainingMs: number): number {
  const key = `${endsAt}|${remainingMs}`
  const known = seen.get(key)
  if (known !== undefined) return known
  const nowMs = performance.now()
  seen.set(key, nowMs)
  if (seen.size > mostSeen) for (const oldest of [...seen.keys()].slice(0, mostSeen / 2)) seen.delete(oldest)
  return nowMs
}

interface Tick {
  monotonicMs: number
  wallMs: number
}
const readClocks = (): Tick => ({ monotonicMs: performance.now(), wallMs: Date.now() })

let tick = readClocks()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  tick = readClocks()
  timer ??= setInterval(() => {
    tick = readClocks()
    for (const each of listeners) each()
  }, 500)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Both clocks, read twice a second while someone looks. */
export function useTick(): Tick {
  return useSyncExternalStore(subscribe, () => tick)
}

/** Milliseconds left now, never below 0; undefined when the grant has no end yet. Without `remainingMs` the computer's clock is trusted. */
export function useRemaining(grant: { endsAt?: string | undefined; remainingMs?: number | undefined }): number | undefined {
  const now = useTick()
  if (grant.endsAt === undefined) return undefined
  if (grant.remainingMs === undefined) return Math.max(0, Date.parse(grant.endsAt) - now.wallMs)
  return Math.max(0, grant.remainingMs - Math.max(0, now.monotonicMs - noteRemaining(grant.endsAt, grant.remainingMs)))
}

const two = (value: number): string => String(value).padStart(2, '0')

/** "2:59:07", or "04:05" below an hour. Rounded up, so that 00:00 is really the end. */
export function clockText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  const hours = Math.floor(seconds / 3600)
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return hours > 0 ? `${hours}:${rest}` : rest
}
