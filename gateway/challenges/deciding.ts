/**
 * A technician's decision on a challenge, in one transaction with its event. Refusals are events too (AUD-4). What was signed and what was displayed
 * are kept in the log, so that anybody can judge a decision later.
 */
import type { Caller } from '../api.ts'
import { writeEvents } from '../auditLog.ts'
import type { NewEvent } from '../auditLog.ts'
import { canonicalJson } from '../canonicalJson.ts'
import type { DecisionClaims } from '../contract/challenges.ts'
import { displayDigest } from '../contract/displayDigest.ts'
import { parseDuration } from '../durations.ts'
import { GatewayProblem } from '../problems.ts'
import type { ChallengeRow } from '../store/signInTables.ts'
import { step } from './challenge.ts'
import { columnsOf, lifeOf } from './challengeRow.ts'
import { mayRefuse, problemOf, reasonAgainst } from './judgement.ts'
import { caseOf, displayFor, readSight, recentApprovals } from './sight.ts'
import type { Sight } from './sight.ts'
import { isSame } from './signature.ts'
import { change, factsOf, writeEndOrder, writeExpiry } from './writing.ts'
import type { Tx } from './writing.ts'

export interface Decision {
  id: string
  /** As it was sent, and what it says; undefined where it is no decision of the caller's key. */
  signature: string
  claims: DecisionClaims | undefined
}

/** `report`: what it ends besides. */
export type Decided =
  | { ok: true; row: ChallengeRow; report?: { grantIds: string[]; signIns: ChallengeRow[] } }
  | { ok: false; row?: ChallengeRow; problem: GatewayProblem }

const usualAdminMs = 3600 * 1000
const reportedMs = 3600 * 1000
// The log takes 2,000 UTF-16 units a value, and a character may be two.
const longestPart = 1000

export interface DecisionParts {
  nowMs: number
  isEnding: (grantId: string) => boolean
}

export async function writeDecision(tx: Tx, caller: Caller, decision: Decision, { nowMs, isEnding }: DecisionParts): Promise<Decided> {
  const sight = await readSight(tx, decision.id, nowMs, isEnding)
  if (sight === undefined) return { ok: false, problem: new GatewayProblem('notFound', { field: 'challengeId' }) }
  const { machine } = sight
  // The answer to this very decision may have been lost.
  if (sight.row.signature !== null && isSame(sight.row.signature, decision.signature)) return { ok: true, row: sight.row }
  const row = await writeExpiry(tx, sight.row, machine, nowMs)
  const at = { tx, caller, nowMs, sight: { ...sight, row } }
  const { claims } = decision
  if (claims === undefined) return await refuse(at, 'challenge.decisionRefused', badSignature(), {})
  const evidence = evidenceOf(at.sight, caller, decision.signature, claims)
  if (claims.decision === 'approve') return await approve(at, decision.signature, claims, evidence)
  return await refuseOrReport(at, decision.signature, claims, evidence)
}

interface At {
  tx: Tx
  caller: Caller
  nowMs: number
  sight: Sight
}
type Detail = NonNullable<NewEvent['detail']>

async function approve(at: At, signature: string, claims: DecisionClaims, evidence: Detail): Promise<Decided> {
  const { tx, caller, nowMs, sight } = at
  const { row, policy } = sight
  if (row.state !== 'pending') return await refuse(at, 'challenge.decisionRefused', over(row), evidence)
  // F-74: what was on the screen must be what is so now.
  if (!isSame(claims.displayed, displayDigest(displayFor(sight, caller.technician)))) {
    return await refuse(at, 'challenge.decisionRefused', new GatewayProblem('challengeChanged'), evidence)
  }
  const recent = await recentApprovals(tx, caller.technician, nowMs)
  const reason = reasonAgainst(caller, caseOf(sight, caller.technician, recent))
  if (reason !== undefined) {
    const action = reason === 'noSession' ? 'challenge.mismatch' : 'challenge.decisionRefused'
    return await refuse(at, action, new GatewayProblem(problemOf[reason]), evidence)
  }
  const isRight = isSame(claims.number ?? '', row.number)
  const next = step(lifeOf(row), { type: 'approve', isRight }, nowMs)
  if (!next.ok) return await refuse(at, 'challenge.decisionRefused', over(row), evidence)
  if (next.life.state !== 'approved') {
    const isBurned = next.life.state === 'burned'
    const by = isBurned ? { decidedBy: caller.technician, decidedAt: nowMs } : {}
    const after = await change(tx, row, { ...columnsOf(next.life), ...by })
    const wrong = new GatewayProblem('wrongNumber', { triesLeft: after.triesLeft })
    return { ...(await refuse(at, isBurned ? 'challenge.burned' : 'challenge.wrongNumber', wrong, evidence)), row: after }
  }
  const { longest } = policy.jitAdmin.value
  const adminUntil = nowMs + ((longest === undefined ? undefined : parseDuration(longest)) ?? usualAdminMs)
  const after = await change(tx, row, {
    ...columnsOf(next.life),
    decidedBy: caller.technician,
    decidedAt: nowMs,
    signature,
    adminUntil,
  })
  await writeDecided(at, 'challenge.approved', 'ok', { ...evidence, adminUntil: new Date(adminUntil).toISOString() })
  return { ok: true, row: after }
}

/** Whatever is displayed by now: refusing is always safe. */
async function refuseOrReport(at: At, signature: string, claims: DecisionClaims, evidence: Detail): Promise<Decided> {
  const { tx, caller, nowMs, sight } = at
  const { row, machine } = sight
  const isReport = claims.decision === 'report'
  if (!mayRefuse(caller)) return await refuse(at, 'challenge.decisionRefused', new GatewayProblem('notPermitted'), evidence)
  if (row.state !== 'pending' && !isReport) return await refuse(at, 'challenge.decisionRefused', over(row), evidence)
  const next = step(lifeOf(row), { type: 'deny' }, nowMs)
  const by = { decidedBy: caller.technician, decidedAt: nowMs, signature }
  const after = next.ok ? await change(tx, row, { ...columnsOf(next.life), ...by }) : row
  if (!isReport) {
    await writeDecided(at, 'challenge.denied', 'ok', evidence)
    return { ok: true, row: after }
  }
  const { grantIds, signIns } = await lately(at)
  const counts = { grantsEnded: grantIds.length, signInsEnded: signIns.length }
  // An alarm, and so among what went wrong.
  await writeDecided(at, 'challenge.reported', 'failed', { ...evidence, ...counts })
  for (const one of signIns) await writeEndOrder(tx, one, machine, nowMs, { actor: caller.technician, why: 'reported' })
  const ids = [after, ...signIns].map(({ id }) => id)
  const rows = await tx.selectFrom('challenges').selectAll().where('id', 'in', ids).execute()
  return { ok: true, row: rows.find(({ id }) => id === after.id) ?? after, report: { grantIds, signIns: rows } }
}

/** What was let into this machine within the last hour. */
async function lately({ tx, nowMs, sight }: At): Promise<{ grantIds: string[]; signIns: ChallengeRow[] }> {
  const grants = await tx
    .selectFrom('grants')
    .select('id')
    .where('machineId', '=', sight.machine.id)
    .where('closedAt', 'is', null)
    .where('state', 'not in', ['requested', 'approved'])
    .where((has) => has.or([has('openedAt', 'is', null), has('openedAt', '>', nowMs - reportedMs)]))
    .execute()
  const signIns = await tx
    .selectFrom('challenges')
    .selectAll()
    .where('machineId', '=', sight.machine.id)
    .where('state', 'in', ['approved', 'started'])
    .where('decidedAt', '>', nowMs - reportedMs)
    .execute()
  return { grantIds: grants.map(({ id }) => id), signIns }
}

async function refuse(at: At, action: string, problem: GatewayProblem, evidence: Detail): Promise<Decided & { ok: false }> {
  const { code, reason, triesLeft } = problem.problem
  const why = { code, ...(reason !== undefined && { reason }), ...(triesLeft !== undefined && { triesLeft }) }
  await writeDecided(at, action, 'refused', { ...evidence, ...why })
  return { ok: false, row: at.sight.row, problem }
}

async function writeDecided(at: At, action: string, outcome: NewEvent['outcome'], more: Detail): Promise<void> {
  const { tx, caller, nowMs, sight } = at
  const { row, machine } = sight
  const { binding } = displayFor(sight, caller.technician)
  const grant = binding.grantId === undefined ? {} : { grantId: binding.grantId }
  const detail = { ...factsOf(row), binding: binding.kind, ...more }
  await writeEvents(tx, nowMs, [{ actor: caller.technician, machine, ...grant, action, outcome, detail }])
}

function over({ state, decidedBy }: ChallengeRow): GatewayProblem {
  return new GatewayProblem('challengeOver', { reason: state, ...(decidedBy !== null && { by: decidedBy }) })
}

function badSignature(): GatewayProblem {
  return new GatewayProblem('invalidInput', { field: 'signature', reason: 'badSignature' })
}

/** The signature, its key's name, and the display that the gateway made; in parts, where it is long. */
function evidenceOf(sight: Sight, caller: Caller, signature: string, claims: DecisionClaims): Detail {
  const display = displayFor(sight, caller.technician)
  const text = canonicalJson(display)
  const parts = text.match(new RegExp(`[^]{1,${longestPart}}`, 'gu')) ?? []
  return {
    decision: claims.decision,
    signature,
    ...Object.fromEntries(parts.map((part, index) => [index === 0 ? 'display' : `display${index + 1}`, part])),
    asDisplayed: displayDigest(display) === claims.displayed,
  }
}
