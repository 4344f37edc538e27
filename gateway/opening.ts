/**
 * What is written when a grant opens, in transactions of the caller's. A gate that can be made ready is opened when all of it is on the disk. Any other
 * stands between two halves: judged and written before it is touched, and again once it is open, since time, policy or a release may have been faster.
 */
import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import type { Caller, CloseReason, Endpoint, GrantRequest } from './api.ts'
import { gatewayActor, writeEvents } from './auditLog.ts'
import type { NewEvent } from './auditLog.ts'
import type { Clock, Deadlines } from './deadlines.ts'
import { parseDuration } from './durations.ts'
import type { Gate, GateOrder, ReadyWay } from './gates/gate.ts'
import { transition, transitions } from './grant.ts'
import type { GrantEvent, GrantLife } from './grant.ts'
import { columnsOf, lifeOf, personOf } from './grantRow.ts'
import { judge } from './judge.ts'
import { touchMachines } from './machineRow.ts'
import { approversFor } from './policies/effective.ts'
import type { Effective } from './policies/effective.ts'
import { policyFor } from './policies/stored.ts'
import { GatewayProblem } from './problems.ts'
import { compiled, compiledInsert } from './store/compiled.ts'
import type { GrantRow, MachineRow, Tables } from './store/tables.ts'

type Tx = Transaction<Tables>

const gateTimeoutMs = 10_000

/** What is asked for, and under which id it will be a grant. `hash` is the request's, for its key. */
export interface Asked {
  id: string
  caller: Caller
  key: string
  hash: string
  input: GrantRequest
}

export interface Placed {
  row: GrantRow
  machine: MachineRow
  policy: Effective
}

/** Makes a gate ready; undefined where that cannot be done at once. Never rejects. */
export type MakeReady = (order: GateOrder) => Promise<ReadyWay | undefined>

export type Begun =
  /** `way`, where the gate could be made ready: the grant is written as open, and all that is left to do is to open it. */
  | ({ is: 'begun'; way: ReadyWay | undefined } & Placed)
  /** The key was used before. */
  | { is: 'known'; row: GrantRow }
  | { is: 'refused'; problem: GatewayProblem }

/**
 * Judged and written, before anything passes a gate: all of an opening where the gate could be made ready, else its first half. A grant that needs
 * approvers waits as `requested`. A refusal is written too (AUD-4).
 */
export async function writeBegun(clock: Clock, makeReady: MakeReady, tx: Tx, { id, caller, key, hash, input }: Asked): Promise<Begun> {
  const [known] = await grantByKey(tx, [caller.technician, key])
  if (known !== undefined) return { is: 'known', row: known }
  const ports = [...new Set(input.ports)]
  const [found] = await machineToOpen(tx, [input.machineId])
  if (found === undefined) return { is: 'refused', problem: new GatewayProblem('notFound', { field: 'machineId' }) }
  const { isClosing, ...machine } = found
  const durationMs = parseDuration(input.duration)
  const source = input.source ?? caller.address
  const policy = await policyFor(tx, machine)
  const problem =
    judge(machine, policy, { ports, durationMs, source, person: caller }, caller.address) ??
    (isClosing ? await reasonToWait(tx, machine) : undefined)
  const about = { actor: caller.technician, machine }
  const asked = { ports: ports.join(' '), duration: input.duration, source, reason: input.reason }
  if (problem !== undefined || durationMs === undefined) {
    const refusal = problem ?? new GatewayProblem('invalidInput', { field: 'duration', reason: 'badDuration' })
    const detail = { ...asked, code: refusal.problem.code }
    await writeEvents(tx, clock.now(), [{ ...about, action: 'grant.refused', outcome: 'refused', detail }])
    return { is: 'refused', problem: refusal }
  }
  const approversNeeded = approversFor(policy.approval.value)
  const order = { grantId: id, address: machine.address, ports, source, endsInMs: durationMs }
  const way = approversNeeded === 0 ? await makeReady(order) : undefined
  const waitMs = parseDuration(policy.requestsLapseAfter.value)
  if (waitMs === undefined) throw new Error('a policy has a time to wait that is none')
  const nowMs = clock.now()
  const life = approversNeeded === 0 ? begun(nowMs, durationMs, way !== undefined) : ({ state: 'requested' } as const)
  const row: GrantRow = {
    id,
    machineId: machine.id,
    requestedBy: caller.technician,
    requesterRoles: JSON.stringify(caller.roles),
    requestKey: key,
    requestHash: hash,
    ports: JSON.stringify(ports),
    source,
    reason: input.reason,
    durationMs,
    requestedAt: nowMs,
    endpoints: JSON.stringify(way?.endpoints ?? []),
    approversNeeded,
    lapsesAt: approversNeeded === 0 ? null : nowMs + waitMs,
    ...columnsOf(life),
  }
  await insertGrants(tx, [row])
  const requested: NewEvent = { ...about, grantId: id, action: 'grant.requested', outcome: 'ok', detail: asked }
  // Nobody looks at what policy lets through by itself, and the log says so.
  const approved: NewEvent = { machine, actor: gatewayActor, grantId: id, action: 'grant.approved', outcome: 'ok', detail: automatic }
  if (way !== undefined) await touchMachines(tx, [machine.id])
  await writeEvents(tx, nowMs, [
    requested,
    ...(approversNeeded === 0 ? [approved] : []),
    ...(way === undefined ? [] : openedEvents(row, machine, way.endpoints)),
  ])
  return { is: 'begun', row, machine, policy, way }
}

const automatic = { rule: 'automatic' }

const grantByKey = compiled((db, at) =>
  db.selectFrom('grants').selectAll().where('requestedBy', '=', at<string>(0)).where('requestKey', '=', at<string>(1)),
)
/** The machine, and whether a gate of it is still closing. */
const machineToOpen = compiled((db, at) =>
  db
    .selectFrom('machines')
    .selectAll()
    .select((about) =>
      about
        .exists(
          about
            .selectFrom('grants')
            .select('grants.id')
            .whereRef('grants.machineId', '=', 'machines.id')
            .where('closedAt', 'is', null)
            .where('state', '=', sql.lit('closing')),
        )
        .as('isClosing'),
    )
    .where('id', '=', at<string>(0)),
)
const machineById = compiled((db, at) => db.selectFrom('machines').selectAll().where('id', '=', at<string>(0)))
const insertGrants = compiledInsert<GrantRow>(
  [
    'id',
    'machineId',
    'requestedBy',
    'requesterRoles',
    'requestKey',
    'requestHash',
    'ports',
    'source',
    'reason',
    'durationMs',
    'requestedAt',
    'openedAt',
    'endsAt',
    'closedAt',
    'closeReason',
    'state',
    'endpoints',
    'approversNeeded',
    'lapsesAt',
  ],
  (db, rows) => db.insertInto('grants').values(rows),
)
function begun(atMs: number, durationMs: number, isReady: boolean): GrantLife {
  const steps: GrantEvent[] = [{ type: 'approve' }, { type: 'beginOpening', endsAtMs: atMs + durationMs }]
  const next = transitions({ state: 'requested' }, isReady ? [...steps, { type: 'opened', atMs }] : steps)
  if (!next.ok) throw new Error(`a new grant refused to begin: ${next.refusal}`)
  return next.life
}

/** The gate's, a port each, and the grant's own. */
function openedEvents(row: GrantRow, machine: MachineRow, endpoints: readonly Endpoint[]): NewEvent[] {
  const about = { machine, grantId: row.id, outcome: 'ok' } as const
  return [
    ...endpoints.map((endpoint): NewEvent => ({
      ...about,
      actor: gatewayActor,
      action: 'gate.opened',
      port: endpoint.port,
      detail: { address: endpoint.address, connectPort: endpoint.connectPort },
    })),
    { ...about, actor: row.requestedBy, action: 'grant.opened', detail: { endsAt: new Date(row.endsAt ?? 0).toISOString() } },
  ]
}

/** F-60: a machine with a gate that would not close takes no new grants until it has closed. */
async function reasonToWait(tx: Tx, machine: MachineRow): Promise<GatewayProblem | undefined> {
  const closing = tx
    .selectFrom('grants')
    .select('id')
    .where('machineId', '=', machine.id)
    .where('closedAt', 'is', null)
    .where('state', '=', 'closing')
  const alarms = tx.selectFrom('audit').select('seq').where('grantId', 'in', closing).where('action', '=', 'gate.alarm').limit(1)
  return (await alarms.executeTakeFirst()) && new GatewayProblem('gateFailed', { reason: 'stillOpen' })
}

/** Second half: the gate is open. Answers why it must be closed again, if so: time, policy or a release may have been faster. */
export async function writeOpened(
  clock: Clock,
  deadlines: Deadlines,
  tx: Tx,
  order: GateOrder,
  endpoints: Endpoint[],
): Promise<Placed | CloseReason> {
  const row = await tx.selectFrom('grants').selectAll().where('id', '=', order.grantId).executeTakeFirstOrThrow()
  const [machine] = await machineById(tx, [row.machineId])
  if (machine === undefined) return 'machineRemoved'
  if (machine.address !== order.address) return 'revoked'
  const asked = { ports: order.ports, durationMs: row.durationMs, source: row.source, person: personOf(row) }
  const policy = await policyFor(tx, machine)
  if (judge(machine, policy, asked) !== undefined) return 'policyChanged'
  const nowMs = clock.now()
  // No earlier than its window began: a wall clock set back while the gate was asked must not make the window look longer than was asked (F-105).
  const openedAtMs = Math.max(nowMs, (row.endsAt ?? 0) - row.durationMs)
  const next = transition(lifeOf(row), { type: 'opened', atMs: openedAtMs })
  if (!next.ok || deadlines.remaining(row.id) === undefined) return row.closeReason ?? 'expired'
  const columns = { ...columnsOf(next.life), endpoints: JSON.stringify(endpoints) }
  await tx.updateTable('grants').set(columns).where('id', '=', row.id).execute()
  await touchMachines(tx, [machine.id])
  await writeEvents(tx, nowMs, openedEvents(row, machine, endpoints))
  return { row: { ...row, ...columns }, machine, policy }
}

/**
 * Asks a gate to open, for ten seconds at most. What it fails with is told in its error's code, where it has one. `onLate` is called when it opened
 * after that: nobody waits for it any more, and it must be closed again.
 */
export async function askGate(
  gate: Gate,
  order: GateOrder,
  onLate: () => void,
): Promise<{ gate: 'open'; endpoints: Endpoint[] } | { gate: 'failed' | 'noAnswer'; error: string }> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<{ gate: 'noAnswer'; error: string }>((resolve) => {
    timer = setTimeout(() => resolve({ gate: 'noAnswer', error: 'timeout' }), gateTimeoutMs)
  })
  try {
    const opening = gate.open(order)
    const outcome = await Promise.race([opening.then((endpoints) => ({ gate: 'open' as const, endpoints })), timeout])
    if (outcome.gate === 'noAnswer') opening.then(onLate, () => {})
    return outcome
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    // A gate that gives up on what it asks itself does not know what became of it (F-58).
    return { gate: reason === 'noAnswer' ? 'noAnswer' : 'failed', error: reason }
  } finally {
    clearTimeout(timer)
  }
}
