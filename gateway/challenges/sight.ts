/** Everything that a challenge is judged and displayed by, read at one instant. */
import type { Kysely } from 'kysely'
import type { Caller } from '../api.ts'
import type { Challenge, ChallengeDisplay } from '../contract/challenges.ts'
import { JitUsers } from '../enrolments/agentRow.ts'
import { reasonAgainst as reasonAgainstMachine } from '../machineRow.ts'
import type { Effective } from '../policies/effective.ts'
import { policyFor } from '../policies/stored.ts'
import type { AgentRow, ChallengeRow } from '../store/signInTables.ts'
import type { MachineRow, Tables } from '../store/tables.ts'
import { settled } from './challenge.ts'
import { iso, lifeOf, signedInOf } from './challengeRow.ts'
import { approvalsWindowMs, bindingOf, reasonAgainst } from './judgement.ts'
import type { Case, OpenGrant } from './judgement.ts'

type Db = Kysely<Tables>

export interface Sight {
  row: ChallengeRow
  machine: MachineRow
  policy: Effective
  agent: AgentRow | undefined
  grants: OpenGrant[]
}

/** `isEnding`: grants that have ended, and could not be written yet. undefined: there is no such challenge, or its machine is gone. */
export async function readSight(db: Db, id: string, nowMs: number, isEnding: (grantId: string) => boolean): Promise<Sight | undefined> {
  const row = await db.selectFrom('challenges').selectAll().where('id', '=', id).executeTakeFirst()
  const machine = row && (await db.selectFrom('machines').selectAll().where('id', '=', row.machineId).executeTakeFirst())
  if (row === undefined || machine === undefined) return undefined
  const agent = await db.selectFrom('agents').selectAll().where('machineId', '=', machine.id).executeTakeFirst()
  const open = await db
    .selectFrom('grants')
    .select(['id', 'requestedBy'])
    .where('machineId', '=', machine.id)
    .where('closedAt', 'is', null)
    .where('state', '=', 'open')
    .where('endsAt', '>', nowMs)
    .orderBy('openedAt')
    .orderBy('id')
    .execute()
  return { row, machine, policy: await policyFor(db, machine), agent, grants: open.filter((grant) => !isEnding(grant.id)) }
}

/** How many challenges this technician approved or burned lately. */
export async function recentApprovals(db: Db, technician: string, nowMs: number): Promise<number> {
  const { count } = await db
    .selectFrom('challenges')
    .select((has) => has.fn.countAll<number>().as('count'))
    .where('decidedBy', '=', technician)
    .where('decidedAt', '>', nowMs - approvalsWindowMs)
    .where((has) => has.or([has('adminUntil', 'is not', null), has('state', '=', 'burned')]))
    .executeTakeFirstOrThrow()
  return count
}

/** What this technician is shown, and signs. Nothing in it changes with time alone. */
export function displayFor({ row, machine, policy, agent, grants }: Sight, technician: string): ChallengeDisplay {
  return {
    id: row.id,
    machine: { id: machine.id, name: machine.name, site: machine.site, address: machine.address, os: machine.os },
    service: row.service,
    userName: row.userName,
    user: userAt(agent, row.userName),
    afterSignOut: row.afterSignOut,
    asked: row.asked,
    ...(row.source !== null && { from: row.source }),
    ...(row.terminal !== null && { terminal: row.terminal }),
    signedIn: signedInOf(row),
    createdAt: iso(row.createdAt),
    expiresAt: iso(row.expiresAt),
    binding: bindingOf(technician, grants, policy.approval.value),
  }
}

export function caseOf(sight: Sight, technician: string, recent: number): Case {
  const { policy, machine, grants } = sight
  const binding = bindingOf(technician, grants, policy.approval.value)
  return { policy, isSupported: reasonAgainstMachine(machine) === undefined, binding, recent }
}

export function toChallenge(sight: Sight, caller: Caller, recent: number, nowMs: number): Challenge {
  const { row } = sight
  const life = settled(lifeOf(row), nowMs)
  const noApproval = life.state === 'pending' ? reasonAgainst(caller, caseOf(sight, caller.technician, recent)) : undefined
  return {
    display: displayFor(sight, caller.technician),
    state: life.state,
    remainingMs: life.state === 'pending' ? Math.max(0, Math.floor(row.expiresAt - nowMs)) : 0,
    triesLeft: row.triesLeft,
    ...(noApproval !== undefined && { noApproval }),
    ...(row.decidedBy !== null && { decidedBy: row.decidedBy }),
    ...(row.decidedAt !== null && { decidedAt: iso(row.decidedAt) }),
  }
}

function userAt(agent: AgentRow | undefined, userName: string): ChallengeDisplay['user'] {
  if (agent === undefined) return 'unknown'
  if (JitUsers.parse(JSON.parse(agent.jitUsers)).some(({ name }) => name === userName)) return 'kept'
  return agent.userExists === null ? 'unknown' : agent.userExists === 1 ? 'takesOver' : 'creates'
}
