/**
 * The attempts to connect that this window started, and which of them is in front. Main has their state (`sessions.attempt`);
 * here is only what the window itself knows: what was asked for, so that it can be tried again, and what was put aside.
 */
import { useSyncExternalStore } from 'react'
import type { Attempt, Failure } from '../../preload/contract.ts'
import { call, failureOf } from '../door.ts'
import { lastTerminalSize } from './terminalSize.ts'
import type { Wish } from './wish.ts'

export interface StartedAttempt {
  attemptId: string
  wish: Wish
  /** `performance.now()` at the click: elapsed time never jumps with the clock. */
  startedMs: number
  /** Main refused to begin at all. */
  refused?: Failure
}

interface Attempts {
  started: readonly StartedAttempt[]
  /** The attempt whose panel is open; the others go on in the background. */
  front?: string
}

/** A second click within this time means the same attempt, even when the first one is inside already (F-47). */
const doubleClickMs = 700

let current: Attempts = { started: [] }
const listeners = new Set<() => void>()

function become(next: Attempts): void {
  current = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useAttempts(): Attempts {
  return useSyncExternalStore(subscribe, () => current)
}

function isSameWish(one: Wish, other: Wish): boolean {
  return (
    one.machineId === other.machineId &&
    one.way === other.way &&
    one.where === other.where &&
    one.port === other.port &&
    one.asOther === other.asOther
  )
}

/** The times of the last clicks, by attempt; kept apart from `started` because an attempt may be over within a double click. */
let last: { wish: Wish; attemptId: string; atMs: number } | undefined

/**
 * Starts an attempt and brings its panel to the front. A double click is one attempt; `isNewClick` says that this is a click on
 * another button ("Try again"). Returns the attempt's id.
 */
export function startAttempt(wish: Wish, { isNewClick = false } = {}): string {
  const nowMs = performance.now()
  if (!isNewClick && last && isSameWish(last.wish, wish) && nowMs - last.atMs < doubleClickMs) return last.attemptId
  const attemptId = crypto.randomUUID()
  last = { wish, attemptId, atMs: nowMs }
  seen.add(attemptId)
  become({ started: [...current.started, { attemptId, wish, startedMs: nowMs }], front: attemptId })
  const { machineName: _name, replaces: _replaces, ...input } = wish
  call('sessions.connect', { ...input, ...lastTerminalSize(), attemptId }).catch((error: unknown) => {
    become({
      ...current,
      started: current.started.map((one) => (one.attemptId === attemptId ? { ...one, refused: failureOf(error) } : one)),
    })
  })
  return attemptId
}

/** Every id that this window has seen: one that it took off is not taken up again from main's list. */
const seen = new Set<string>()

/** Takes up what main still works on and this window does not know: a reload of the page loses the window's memory, not the attempt. */
export function takeUpAttempts(running: readonly Attempt[]): void {
  const lost = running.flatMap(({ where, ...one }) =>
    // The command line asks in its own terminal.
    where === 'caller' || one.outcome !== undefined || seen.has(one.attemptId) ? [] : [{ ...one, where }],
  )
  if (lost.length === 0) return
  for (const { attemptId } of lost) seen.add(attemptId)
  const taken = lost.map(({ attemptId, machineId, machineName, way, where }) => ({
    attemptId,
    wish: { machineId, machineName, way, where },
    startedMs: performance.now(),
  }))
  const front = current.front ?? taken.at(-1)?.attemptId
  become({ started: [...current.started, ...taken], ...(front === undefined ? {} : { front }) })
}

/** Opens an attempt's panel, or none (the attempts go on). */
export function bringToFront(attemptId: string | undefined): void {
  become(attemptId === undefined ? { started: current.started } : { started: current.started, front: attemptId })
}

/** Takes an attempt that is over off the window. */
export function dismissAttempt(attemptId: string): void {
  const started = current.started.filter((one) => one.attemptId !== attemptId)
  become(current.front === attemptId || current.front === undefined ? { started } : { started, front: current.front })
}
