/** A challenge as a row of the store, as its life, and as its machine and its sign-in history see it. */
import { z } from 'zod'
import type { AgentChallenge, SignIns } from '../contract/challenges.ts'
import type { ChallengeRow } from '../store/signInTables.ts'
import { settled } from './challenge.ts'
import type { ChallengeLife } from './challenge.ts'

const Names = z.array(z.string())

/** Throws when the store holds what cannot be. */
export function lifeOf(row: ChallengeRow): ChallengeLife {
  if (row.state === 'pending') return { state: 'pending', expiresAtMs: row.expiresAt, triesLeft: row.triesLeft }
  if (row.state !== 'approved') return { state: row.state }
  if (row.startUntil === null) throw new Error(`challenge ${row.id} is approved and lacks what belongs to that`)
  return { state: 'approved', startUntilMs: row.startUntil }
}

/** The columns that a life sets. */
export function columnsOf(life: ChallengeLife): Pick<ChallengeRow, 'state'> & Partial<ChallengeRow> {
  return {
    state: life.state,
    ...(life.state === 'pending' && { triesLeft: life.triesLeft }),
    ...(life.state === 'approved' && { startUntil: life.startUntilMs }),
    ...(life.state === 'burned' && { triesLeft: 0 }),
  }
}

export function signedInOf(row: Pick<ChallengeRow, 'signedIn'>): string[] {
  return Names.parse(JSON.parse(row.signedIn))
}

/** As its machine sees it at this instant. */
export function toAgentChallenge(row: ChallengeRow, atMs: number): AgentChallenge {
  const { state } = settled(lifeOf(row), atMs)
  const { adminUntil, decidedBy: approvedBy, userName, afterSignOut } = row
  const isLet = (state === 'approved' || state === 'started') && adminUntil !== null && approvedBy !== null
  return { id: row.id, state, ...(isLet && { session: { userName, afterSignOut, adminUntil: iso(adminUntil), approvedBy } }) }
}

/** A line of the machine's sign-in history (AUD-1). */
export function toSignIn(row: ChallengeRow, atMs: number): SignIns['signIns'][number] {
  const { state } = settled(lifeOf(row), atMs)
  const isApproval = row.adminUntil !== null
  return {
    id: row.id,
    service: row.service,
    userName: row.userName,
    asked: row.asked,
    ...(row.source !== null && { from: row.source }),
    state,
    createdAt: iso(row.createdAt),
    ...(row.startedAt !== null && { succeededAt: iso(row.startedAt) }),
    ...(row.endedAt !== null && { endedAt: iso(row.endedAt) }),
    ...(row.decidedBy !== null && { [isApproval ? 'authenticatedBy' : 'refusedBy']: row.decidedBy }),
  }
}

export function iso(ms: number): string {
  return new Date(ms).toISOString()
}
