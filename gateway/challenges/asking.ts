/** What a machine's agent does with challenges: asks for one, and says what came of it. In the caller's transactions, each with its event. */
import { randomBytes, randomInt } from 'node:crypto'
import { agentActor, writeEvents } from '../auditLog.ts'
import { toBase32 } from '../contract/base32.ts'
import type { ChallengeEvent, CreateChallenge } from '../contract/challenges.ts'
import type { JitAdmin } from '../contract/policies.ts'
import { nextChange, reasonAgainst } from '../machineRow.ts'
import { policyFor } from '../policies/stored.ts'
import { GatewayProblem } from '../problems.ts'
import type { ChallengeRow } from '../store/signInTables.ts'
import { lifetimeMs, step, tries } from './challenge.ts'
import { columnsOf, lifeOf } from './challengeRow.ts'
import { aboutOf, change, factsOf, writeExpiry, writeStep } from './writing.ts'
import type { Tx } from './writing.ts'

const mostPending = 3
/** F-75: who connects and hangs up again and again fills neither the log nor anybody's patience. */
const mostInWindow = 30
const windowMs = 10 * 60_000

export type Asked = { ok: true; row: ChallengeRow; jitAdmin: JitAdmin } | { ok: false; problem: GatewayProblem }

/** `tellsRefusal`: asked whether a refusal for their number is to be an event too. */
export async function writeAsked(
  tx: Tx,
  machineId: string,
  input: CreateChallenge,
  nowMs: number,
  tellsRefusal: () => boolean,
): Promise<Asked> {
  const machine = await tx.selectFrom('machines').selectAll().where('id', '=', machineId).executeTakeFirst()
  // F-69: revoked while this was on its way.
  const key = tx.selectFrom('machineKeys').select('thumbprint').where('machineId', '=', machineId).where('revokedAt', 'is', null)
  if (machine === undefined || (await key.executeTakeFirst()) === undefined)
    return { ok: false, problem: new GatewayProblem('unknownCaller') }
  const reason = reasonAgainst(machine)
  if (reason !== undefined) return { ok: false, problem: new GatewayProblem('unsupported', { reason }) }
  const { jitAdmin } = await policyFor(tx, machine)
  if (!jitAdmin.value.enabled) return { ok: false, problem: new GatewayProblem('jitOff') }
  const lately = await tx
    .selectFrom('challenges')
    .selectAll()
    .where('machineId', '=', machineId)
    .where('createdAt', '>', nowMs - windowMs)
    .execute()
  const pending = lately.filter((row) => row.state === 'pending' && row.expiresAt > nowMs)
  if (pending.length >= mostPending || lately.length >= mostInWindow) {
    const detail = { code: 'tooMany', asked: input.asked, ...(input.from !== undefined && { from: input.from }) }
    if (tellsRefusal()) {
      await writeEvents(tx, nowMs, [{ actor: agentActor, machine, action: 'challenge.refused', outcome: 'refused', detail }])
    }
    return { ok: false, problem: new GatewayProblem('tooMany') }
  }
  const row: ChallengeRow = {
    id: toBase32(randomBytes(10)),
    nonce: toBase32(randomBytes(16)),
    number: String(randomInt(100)).padStart(2, '0'),
    machineId,
    service: input.service,
    asked: input.asked,
    source: input.from ?? null,
    terminal: input.terminal ?? null,
    signedIn: JSON.stringify(input.signedIn),
    userName: jitAdmin.value.userName,
    afterSignOut: jitAdmin.value.afterSignOut,
    state: 'pending',
    triesLeft: tries,
    createdAt: nowMs,
    expiresAt: nowMs + lifetimeMs,
    decidedBy: null,
    decidedAt: null,
    signature: null,
    startUntil: null,
    adminUntil: null,
    startedAt: null,
    endedAt: null,
    endOrderedAt: null,
    change: await nextChange(tx),
  }
  await tx.insertInto('challenges').values(row).execute()
  await writeEvents(tx, nowMs, [{ actor: agentActor, machine, action: 'challenge.created', outcome: 'ok', detail: factsOf(row) }])
  return { ok: true, row, jitAdmin: jitAdmin.value }
}

const stateAfter = { started: 'started', ended: 'ended', failed: 'failed', cancelled: 'cancelled' } as const

export type Told = { ok: true; row: ChallengeRow } | { ok: false; row?: ChallengeRow; problem: GatewayProblem }

/** Challenges of other machines are not there for this one (F-115). */
export async function writeTold(tx: Tx, machineId: string, id: string, { event, detail }: ChallengeEvent, nowMs: number): Promise<Told> {
  const found = await tx.selectFrom('challenges').selectAll().where('id', '=', id).where('machineId', '=', machineId).executeTakeFirst()
  if (found === undefined) return { ok: false, problem: new GatewayProblem('notFound', { field: 'challengeId' }) }
  // The answer to it may have been lost.
  if (found.state === stateAfter[event]) return { ok: true, row: found }
  const machine = await tx.selectFrom('machines').selectAll().where('id', '=', machineId).executeTakeFirst()
  const row = await writeExpiry(tx, found, machine, nowMs)
  const said = detail === undefined ? {} : { said: detail }
  if (event === 'cancelled' || event === 'failed') {
    const type = event === 'cancelled' ? 'cancel' : 'fail'
    const after = await writeStep(tx, row, machine, { type }, nowMs, { actor: agentActor, detail: said })
    return after === row ? over(row) : { ok: true, row: after }
  }
  const next = step(lifeOf(row), { type: event === 'started' ? 'start' : 'end' }, nowMs)
  if (!next.ok) return over(row)
  const at = event === 'started' ? { startedAt: nowMs } : { endedAt: nowMs }
  const after = await change(tx, row, { ...columnsOf(next.life), ...at })
  const facts = { ...factsOf(row), approvedBy: row.decidedBy ?? '', ...said }
  await writeEvents(tx, nowMs, [{ ...aboutOf(row, machine), actor: agentActor, action: `signIn.${event}`, outcome: 'ok', detail: facts }])
  return { ok: true, row: after }
}

function over(row: ChallengeRow): Told {
  return { ok: false, row, problem: new GatewayProblem('challengeOver', { reason: row.state }) }
}
