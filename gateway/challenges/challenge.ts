/**
 * A sign-in challenge as a state machine (APR-1): pending → approved → started → ended, and denied, burned, expired, cancelled and failed on the way.
 * Pure: no clock, no store. What is over stays over, and nothing is approved but what is pending, in time, by the right number.
 */
import type { ChallengeState } from '../contract/challenges.ts'

export const lifetimeMs = 10 * 60_000
/** An approval that nobody picked up by then is none: the person at the machine has gone. */
export const startWithinMs = 2 * 60_000
export const tries = 3

export type ChallengeLife =
  | { state: 'pending'; expiresAtMs: number; triesLeft: number }
  | { state: 'approved'; startUntilMs: number }
  | { state: 'started' }
  | { state: Exclude<ChallengeState, 'pending' | 'approved' | 'started'> }

export type ChallengeStep =
  /** `isRight`: whether the number is the one that the machine shows. */
  | { type: 'approve'; isRight: boolean }
  | { type: 'deny' }
  /** Its time is over by a clock that this cannot see. */
  | { type: 'expire' }
  | { type: 'cancel' }
  | { type: 'fail' }
  | { type: 'start' }
  | { type: 'end' }

export type Stepped = { ok: true; life: ChallengeLife } | { ok: false; life: ChallengeLife }

/** What it is at this instant: what ran out is expired, whether or not anybody wrote that down (F-66). */
export function settled(life: ChallengeLife, atMs: number): ChallengeLife {
  if (life.state === 'pending' && atMs >= life.expiresAtMs) return { state: 'expired' }
  if (life.state === 'approved' && atMs >= life.startUntilMs) return { state: 'expired' }
  return life
}

/** One step at this instant. Where it cannot be taken, `life` is what it is then. */
export function step(before: ChallengeLife, what: ChallengeStep, atMs: number): Stepped {
  const life = what.type === 'expire' ? before : settled(before, atMs)
  const next = nextOf(life, what, atMs)
  return next === undefined ? { ok: false, life } : { ok: true, life: next }
}

function nextOf(life: ChallengeLife, what: ChallengeStep, atMs: number): ChallengeLife | undefined {
  switch (what.type) {
    case 'approve':
      return life.state === 'pending' ? approve(life, what.isRight, atMs) : undefined
    case 'deny':
      return life.state === 'pending' ? { state: 'denied' } : undefined
    case 'expire':
      return isWaiting(life.state) ? { state: 'expired' } : undefined
    case 'cancel':
      return isWaiting(life.state) ? { state: 'cancelled' } : undefined
    case 'fail':
      // It may have begun, and then the user could not be made.
      return isOver(life.state) ? undefined : { state: 'failed' }
    case 'start':
      return life.state === 'approved' ? { state: 'started' } : undefined
    case 'end':
      return life.state === 'started' ? { state: 'ended' } : undefined
  }
}

function approve({ expiresAtMs, triesLeft }: ChallengeLife & { state: 'pending' }, isRight: boolean, atMs: number): ChallengeLife {
  if (isRight) return { state: 'approved', startUntilMs: atMs + startWithinMs }
  // F-77
  return triesLeft > 1 ? { state: 'pending', expiresAtMs, triesLeft: triesLeft - 1 } : { state: 'burned' }
}

/** Nobody is signed in by it yet, and somebody may be. */
export function isWaiting(state: ChallengeState): boolean {
  return state === 'pending' || state === 'approved'
}

export function isOver(state: ChallengeState): boolean {
  return !isWaiting(state) && state !== 'started'
}
