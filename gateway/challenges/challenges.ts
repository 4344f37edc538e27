/**
 * Sign-in challenges in action (APR): what the state machine (challenge.ts) and policy decide is written here, each step with its event in one
 * transaction; machines' agents that wait are told, and what a report or a change of policy ends is ended.
 */
import type { Caller } from '../api.ts'
import { gatewayActor } from '../auditLog.ts'
import { encodeChallenge, toShortCode } from '../contract/challengeCode.ts'
import { fromBase32 } from '../contract/base32.ts'
import type {
  AgentChallenge,
  Challenge,
  ChallengeEvent,
  CreateChallenge,
  CreatedChallenge,
  LookUpChallenge,
  SignIns,
} from '../contract/challenges.ts'
import { createDeadlines } from '../deadlines.ts'
import type { Clock } from '../deadlines.ts'
import type { Waits } from '../enrolments/waits.ts'
import type { Log } from '../log.ts'
import type { People } from '../people/people.ts'
import { GatewayProblem } from '../problems.ts'
import type { Store } from '../store/database.ts'
import type { ChallengeRow } from '../store/signInTables.ts'
import { writeAsked, writeTold } from './asking.ts'
import { isWaiting } from './challenge.ts'
import { iso, toAgentChallenge, toSignIn } from './challengeRow.ts'
import { writeDecision } from './deciding.ts'
import { createGuesses } from './guesses.ts'
import { challengeKey, ordersKey } from './keys.ts'
import { createMismatches } from './mismatches.ts'
import { isSame, readDecision } from './signature.ts'
import { readSight, recentApprovals, toChallenge } from './sight.ts'
import { reviewAt, reviewOf } from './review.ts'
import { writeStep } from './writing.ts'

export interface Challenges {
  /** Throws `jitOff`, `unsupported`, `tooMany`. */
  create(machineId: string, input: CreateChallenge): Promise<CreatedChallenge>
  /** When it is no longer pending, or the wait is over. Throws `notFound`. */
  forAgent(machineId: string, id: string, waitMs: number, signal: AbortSignal): Promise<AgentChallenge>
  /** Throws `notFound`, `challengeOver`. */
  tell(machineId: string, id: string, event: ChallengeEvent): Promise<AgentChallenge>
  /** Throws `notFound`, and `tooMany` to who looks for what is not there. */
  lookUp(caller: Caller, input: LookUpChallenge): Promise<Challenge>
  get(caller: Caller, id: string): Promise<Challenge>
  /** Throws what a decision can be refused with (contract/challenges.ts). */
  decide(caller: Caller, id: string, signature: string): Promise<Challenge>
  signIns(machineId: string): Promise<SignIns['signIns']>
  /** Ends what policy, a revoked key or a removal no longer lets be at these machines. Never rejects. `why` undefined: policy is asked. */
  review(machineIds: readonly string[], by?: { actor: string; why: string }): Promise<void>
  /** Ends what a technician approved. Never rejects. */
  endThoseOf(technician: string, actor: string): Promise<void>
  /** Sets the deadlines of what was pending before. */
  recover(): Promise<void>
  stop(): void
}

export interface ChallengeParts {
  store: Store
  clock: Clock
  people: Pick<People, 'find'>
  waits: Waits
  log: Log
  /** The gateway's fingerprint; undefined where nobody can reach it, and so no machine can ask. */
  fingerprint: string | undefined
  isEnding: (grantId: string) => boolean
  endGrants: (ids: readonly string[], actor: string) => Promise<void>
  onChange: () => void
}

const mostSignIns = 200
const refusalAgainMs = 60_000
const markBytes = 8
const expireAgainMs = 30_000

export function createChallenges(parts: ChallengeParts): Challenges {
  const { store, clock, people, waits, log, fingerprint, isEnding, endGrants, onChange } = parts
  const now = (): number => clock.now()
  const deadlines = createDeadlines(
    clock,
    (ids) => void expire(ids),
    () => undefined,
  )
  const guesses = createGuesses()
  const mismatches = createMismatches(store, now)
  const refusalTold = new Map<string, number>()

  /** After every change that is written: who waits for it is told, and its deadline is what it is now. */
  function noteChanged(rows: readonly ChallengeRow[]): void {
    for (const row of rows) {
      const untilMs = row.state === 'pending' ? row.expiresAt : row.state === 'approved' ? row.startUntil : null
      if (untilMs === null) deadlines.clear(row.id)
      else deadlines.set(row.id, untilMs - now())
    }
    waits.ring(rows.flatMap((row) => [challengeKey(row.id), ...(row.endOrderedAt === null ? [] : [ordersKey(row.machineId)])]))
    onChange()
  }

  async function expire(ids: readonly string[]): Promise<void> {
    try {
      const rows = await store.transaction().execute(async (tx) => {
        const expired: ChallengeRow[] = []
        for (const id of ids) {
          const row = await tx.selectFrom('challenges').selectAll().where('id', '=', id).executeTakeFirst()
          if (row === undefined || !isWaiting(row.state)) continue
          const machine = await tx.selectFrom('machines').selectAll().where('id', '=', row.machineId).executeTakeFirst()
          expired.push(await writeStep(tx, row, machine, { type: 'expire' }, now()))
        }
        return expired
      })
      noteChanged(rows)
    } catch (error) {
      log.error('expired challenges could not be written', { count: ids.length, error: String(error) })
      for (const id of ids) deadlines.set(id, expireAgainMs)
    }
  }

  async function see(caller: Caller, id: string): Promise<{ challenge: Challenge; row: ChallengeRow } | undefined> {
    const nowMs = now()
    const sight = await readSight(store, id, nowMs, isEnding)
    if (sight === undefined) return undefined
    const recent = await recentApprovals(store, caller.technician, nowMs)
    return { challenge: toChallenge(sight, caller, recent, nowMs), row: sight.row }
  }

  async function find(caller: Caller, id: string, nonce: string | undefined): Promise<Challenge> {
    if (guesses.isTooMany(caller.technician, now())) throw new GatewayProblem('tooMany')
    const seen = await see(caller, id)
    if (seen === undefined || (nonce !== undefined && !isSame(nonce, seen.row.nonce))) {
      guesses.miss(caller.technician, now())
      throw new GatewayProblem('notFound', { field: 'challengeId' })
    }
    return seen.challenge
  }

  /** A flood of refusals is one event a minute. */
  function tellsRefusal(machineId: string): boolean {
    const lastMs = refusalTold.get(machineId)
    if (lastMs !== undefined && now() - lastMs < refusalAgainMs) return false
    refusalTold.set(machineId, now())
    return true
  }

  return {
    async create(machineId, input) {
      if (fingerprint === undefined) throw new GatewayProblem('unsupported', { reason: 'embedded' })
      const asked = await store.transaction().execute((tx) => writeAsked(tx, machineId, input, now(), () => tellsRefusal(machineId)))
      if (!asked.ok) throw asked.problem
      const { row, jitAdmin } = asked
      noteChanged([row])
      return {
        id: row.id,
        text: encodeChallenge(markOf(fingerprint), bytesOf(row.id), bytesOf(row.nonce)),
        shortCode: toShortCode(row.id),
        number: row.number,
        expiresAt: iso(row.expiresAt),
        userName: row.userName,
        title: jitAdmin.title,
        afterSignOut: row.afterSignOut,
      }
    },
    async forAgent(machineId, id, waitMs, signal) {
      return await waits.until({ key: challengeKey(id), owner: machineId, forMs: waitMs, signal }, async () => {
        const row = await store
          .selectFrom('challenges')
          .selectAll()
          .where('id', '=', id)
          .where('machineId', '=', machineId)
          .executeTakeFirst()
        if (row === undefined) throw new GatewayProblem('notFound', { field: 'challengeId' })
        const value = toAgentChallenge(row, now())
        return { value, isDone: value.state !== 'pending' }
      })
    },
    async tell(machineId, id, event) {
      const told = await store.transaction().execute((tx) => writeTold(tx, machineId, id, event, now()))
      if (told.row !== undefined) noteChanged([told.row])
      if (!told.ok) throw told.problem
      return toAgentChallenge(told.row, now())
    },
    async lookUp(caller, { challengeId, nonce }) {
      const challenge = await find(caller, challengeId, nonce)
      if (await mismatches.note(caller, challenge)) onChange()
      return challenge
    },
    get: (caller, id) => find(caller, id, undefined),
    async decide(caller, id, signature) {
      const { person } = caller
      if (fingerprint === undefined || person === undefined) throw new GatewayProblem('unsupported', { reason: 'embedded' })
      const key = await people.find(person.thumbprint)
      const about = { gatewayId: fingerprint, challengeId: id, nowMs: now() }
      const claims = key && (await readDecision(signature, key, about))
      const decided = await store
        .transaction()
        .execute((tx) => writeDecision(tx, caller, { id, signature, claims }, { nowMs: now(), isEnding }))
      if (decided.row === undefined) guesses.miss(caller.technician, now())
      else noteChanged([decided.row])
      if (!decided.ok) throw decided.problem
      if (decided.report !== undefined) {
        const { grantIds, signIns } = decided.report
        log.error('a sign-in was reported as suspicious', { challenge: id, machineId: decided.row.machineId, by: caller.technician })
        noteChanged(signIns)
        await endGrants(grantIds, caller.technician)
      }
      return await find(caller, id, undefined)
    },
    async signIns(machineId) {
      const rows = await store
        .selectFrom('challenges')
        .selectAll()
        .where('machineId', '=', machineId)
        .orderBy('createdAt', 'desc')
        .orderBy('change', 'desc')
        .limit(mostSignIns)
        .execute()
      return rows.map((row) => toSignIn(row, now()))
    },
    async review(machineIds, by) {
      await endSome(() => reviewAt(store, machineIds, now(), by))
      // Policy may be another one for them, whether or not anything ended.
      waits.ring(machineIds.map(ordersKey))
    },
    endThoseOf: (technician, actor) => endSome(() => reviewOf(store, technician, now(), actor)),
    async recover() {
      const rows = await store.selectFrom('challenges').selectAll().where('state', 'in', ['pending', 'approved']).execute()
      if (rows.length > 0) noteChanged(rows)
    },
    stop: () => deadlines.stop(),
  }

  async function endSome(end: () => Promise<ChallengeRow[]>): Promise<void> {
    try {
      const rows = await end()
      if (rows.length > 0) noteChanged(rows)
    } catch (error) {
      log.error('sign-ins could not be ended', { by: gatewayActor, error: String(error) })
    }
  }
}

/** A fingerprint is the whole digest of the gateway's key, and its mark the first bytes of that. */
function markOf(fingerprint: string): Buffer {
  return bytesOf(fingerprint.replaceAll('-', '')).subarray(0, markBytes)
}

function bytesOf(base32: string): Buffer {
  const bytes = fromBase32(base32)
  if (bytes === undefined) throw new Error('the store holds what is no base32')
  return bytes
}
