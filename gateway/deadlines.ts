/**
 * When grants end. A deadline is held by the wall clock and by the monotonic one, and the earlier wins: a wall clock that is set back lengthens
 * nothing (F-105), one that jumps forward or slept closes early (F-106). One timer for all, never longer than a second, so neither a clock step
 * nor the limit of setTimeout (2^31-1 ms) can make it miss.
 */

import { createHeap } from './heap.ts'
import type { Heap } from './heap.ts'

/** Wall time and a clock that never steps, both in milliseconds. */
export interface Clock {
  now(): number
  monotonicMs(): number
}

export interface Deadlines {
  /** Sets, or moves, a deadline: `ms` from now. */
  set(id: string, ms: number): void
  clear(id: string): void
  /** Milliseconds left by the earlier clock, 0 at least; undefined when no deadline is set (any more). */
  remaining(id: string): number | undefined
  /** Milliseconds to the first of all, by the earlier clock, less than 0 when it is late; Infinity when none is set. */
  nextInMs(): number
  stop(): void
}

interface Entry {
  id: string
  wallMs: number
  monotonicMs: number
}

const longestSleepMs = 1000
const clockStepMs = 2000

/**
 * `onDue` gets all that ran out, at once, the earliest first by the clock that said so, and their deadlines are gone. `onClockStep` is told by how many milliseconds the wall clock moved
 * against the monotonic one.
 */
export function createDeadlines(clock: Clock, onDue: (ids: string[]) => void, onClockStep: (byMs: number) => void): Deadlines {
  const entries = new Map<string, Entry>()
  // The same entries twice, once for each clock. Moved and cleared ones stay behind and are skipped.
  const byWall = createHeap<Entry>((entry) => entry.wallMs)
  const byMonotonic = createHeap<Entry>((entry) => entry.monotonicMs)
  let timer: NodeJS.Timeout | undefined
  let offsetMs = clock.now() - clock.monotonicMs()

  function set(id: string, ms: number): void {
    const entry = { id, wallMs: clock.now() + ms, monotonicMs: clock.monotonicMs() + ms }
    entries.set(id, entry)
    byWall.push(entry)
    byMonotonic.push(entry)
    arm()
  }

  function next(heap: Heap<Entry>): Entry | undefined {
    for (let first = heap.first(); first !== undefined; first = heap.first()) {
      if (entries.get(first.id) === first) return first
      heap.takeFirst()
    }
    return undefined
  }

  function arm(): void {
    clearTimeout(timer)
    timer = undefined
    if (entries.size > 0) timer = setTimeout(wake, Math.max(0, Math.min(nextInMs(), longestSleepMs)))
  }

  function nextInMs(): number {
    const [wall, monotonic] = [next(byWall), next(byMonotonic)]
    if (wall === undefined || monotonic === undefined) return Infinity
    return Math.min(wall.wallMs - clock.now(), monotonic.monotonicMs - clock.monotonicMs())
  }

  function wake(): void {
    const nowMs = clock.now()
    const monotonicNowMs = clock.monotonicMs()
    const due: string[] = []
    const take = (heap: Heap<Entry>, isDue: (entry: Entry) => boolean): void => {
      for (let first = next(heap); first !== undefined && isDue(first); first = next(heap)) {
        due.push(first.id)
        entries.delete(first.id)
      }
    }
    take(byWall, (entry) => entry.wallMs <= nowMs)
    take(byMonotonic, (entry) => entry.monotonicMs <= monotonicNowMs)
    const stepMs = nowMs - monotonicNowMs - offsetMs
    if (due.length > 0) onDue(due)
    // After closing: the alarm must not keep a gate open.
    if (Math.abs(stepMs) >= clockStepMs) {
      offsetMs += stepMs
      onClockStep(stepMs)
    }
    arm()
  }

  return {
    set,
    clear(id) {
      entries.delete(id)
      arm()
    },
    remaining(id) {
      const entry = entries.get(id)
      return entry && Math.max(0, Math.min(entry.wallMs - clock.now(), entry.monotonicMs - clock.monotonicMs()))
    },
    nextInMs,
    stop() {
      clearTimeout(timer)
      entries.clear()
    },
  }
}
