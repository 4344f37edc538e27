/**
 * The life of a grant, as a pure state machine (DESIGN 5). Nothing here acts: callers do what the new state says, and write it down in one
 * transaction with its audit event. Times are milliseconds since the epoch, by the gateway's clock.
 *
 *     requested → approved → opening → open → closing → closed
 *         ↘ denied, cancelled, lapsed   ↘ unknown (the gate did not answer) ↗
 */
import type { CloseReason, GrantState } from './api.ts'

export type GrantLife =
  | { state: 'requested' }
  | { state: 'approved' }
  | { state: 'denied' | 'cancelled'; closedAtMs: number }
  /** `reason`: something else than time. */
  | { state: 'lapsed'; closedAtMs: number; reason?: CloseReason }
  | { state: 'opening'; endsAtMs: number }
  | { state: 'open'; openedAtMs: number; endsAtMs: number }
  | { state: 'unknown'; endsAtMs: number; openedAtMs?: number }
  | { state: 'closing'; endsAtMs: number; openedAtMs?: number; reason: CloseReason }
  | { state: 'closed'; endsAtMs: number; openedAtMs?: number; reason: CloseReason; closedAtMs: number }

export type GrantEvent =
  | { type: 'approve' }
  | { type: 'deny' | 'cancel'; atMs: number }
  | { type: 'lapse'; atMs: number; reason?: CloseReason }
  /** The gate is about to be asked; the window begins now. */
  | { type: 'beginOpening'; endsAtMs: number }
  /** The gate is open, and the window has not run out meanwhile. */
  | { type: 'opened'; atMs: number }
  /** The gate did not say whether it is open or closed. */
  | { type: 'noAnswer' }
  /** A later end. `latestMs` is the latest that policy allows. */
  | { type: 'extend'; atMs: number; endsAtMs: number; latestMs: number }
  /** Something ends the grant: its time, a technician, an administrator, a fault. */
  | { type: 'end'; reason: CloseReason }
  /** The gate is closed, for certain. */
  | { type: 'gateClosed'; atMs: number }

export type Refusal = 'over' | 'notOpen' | 'tooLate' | 'tooLong' | 'illegal'
export type Next = { ok: true; life: GrantLife } | { ok: false; refusal: Refusal }

/** The grant after `event`, or why it stays as it is. A grant that is over stays as it is for ever. */
export function transition(life: GrantLife, event: GrantEvent): Next {
  if (isOver(life.state)) return { ok: false, refusal: 'over' }
  switch (event.type) {
    case 'approve':
      return life.state === 'requested' ? to({ state: 'approved' }) : illegal
    case 'deny':
      return life.state === 'requested' ? to({ state: 'denied', closedAtMs: event.atMs }) : illegal
    case 'cancel':
      return waits(life) ? to({ state: 'cancelled', closedAtMs: event.atMs }) : illegal
    case 'lapse':
      return waits(life) ? to({ state: 'lapsed', closedAtMs: event.atMs, ...(event.reason && { reason: event.reason }) }) : illegal
    case 'beginOpening':
      return life.state === 'approved' ? to({ state: 'opening', endsAtMs: event.endsAtMs }) : illegal
    case 'opened':
      return opened(life, event.atMs)
    case 'noAnswer':
      return life.state === 'opening' || life.state === 'open' ? to({ state: 'unknown', ...windowOf(life) }) : illegal
    case 'extend':
      return extended(life, event)
    case 'end':
      // What already closes keeps its first reason: that is the one that ended it.
      return 'endsAtMs' in life && life.state !== 'closing' ? to({ state: 'closing', ...windowOf(life), reason: event.reason }) : illegal
    case 'gateClosed':
      return life.state === 'closing' ? to({ ...life, state: 'closed', closedAtMs: event.atMs }) : illegal
  }
}

/** States that nothing leaves. */
export function isOver(state: GrantState): boolean {
  return state === 'closed' || state === 'denied' || state === 'cancelled' || state === 'lapsed'
}

/** Takes the steps one after the other; the first refusal stops it. */
export function transitions(life: GrantLife, events: readonly GrantEvent[]): Next {
  let next: Next = { ok: true, life }
  for (const event of events) {
    if (!next.ok) return next
    next = transition(next.life, event)
  }
  return next
}

const illegal: Next = { ok: false, refusal: 'illegal' }

function to(life: GrantLife): Next {
  return { ok: true, life }
}

function waits(life: GrantLife): boolean {
  return life.state === 'requested' || life.state === 'approved'
}

function windowOf(life: { endsAtMs: number; openedAtMs?: number }): { endsAtMs: number; openedAtMs?: number } {
  return { endsAtMs: life.endsAtMs, ...(life.openedAtMs === undefined ? {} : { openedAtMs: life.openedAtMs }) }
}

function opened(life: GrantLife, atMs: number): Next {
  if (life.state !== 'opening') return illegal
  // A gate that took longer than the window must never be counted as open.
  if (atMs >= life.endsAtMs) return { ok: false, refusal: 'tooLate' }
  return to({ state: 'open', openedAtMs: atMs, endsAtMs: life.endsAtMs })
}

function extended(life: GrantLife, event: { atMs: number; endsAtMs: number; latestMs: number }): Next {
  if (life.state !== 'open') return { ok: false, refusal: 'notOpen' }
  // Expired beats extend, even where the closing itself has not been written yet (F-53).
  if (event.atMs >= life.endsAtMs) return { ok: false, refusal: 'tooLate' }
  if (event.endsAtMs > event.latestMs) return { ok: false, refusal: 'tooLong' }
  if (event.endsAtMs <= life.endsAtMs) return illegal
  return to({ ...life, endsAtMs: event.endsAtMs })
}
