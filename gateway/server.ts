/**
 * The gateway, made once from its parts. It answers only after everything that ran out while it was down is closed and its gates agree with the
 * store (REQ-7). Embedded in the console it is called in-process, and no port is open but those of open grants.
 */
import type { KeyObject } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Caller, GatewayApi, GrantState, Problem, Role } from './api.ts'
import { gatewayActor } from './auditLog.ts'
import { agentPaths } from './contract/proof.ts'
import { createDeadlines } from './deadlines.ts'
import type { Clock } from './deadlines.ts'
import { createEndings } from './endings.ts'
import { makeGate } from './gates/choice.ts'
import type { GuardedNetworks } from './gates/choice.ts'
import type { Gate } from './gates/gate.ts'
import { createRelay } from './gates/relay.ts'
import type { Enrolments } from './enrolments/enrolments.ts'
import { createEvents } from './events.ts'
import { createGrants } from './grants.ts'
import { createIncidents } from './incidents.ts'
import { noLog } from './log.ts'
import type { Log } from './log.ts'
import { createTransparentLog } from './log/transparentLog.ts'
import type { CommonKeys } from './keepers/commonKeys.ts'
import { createSharing } from './keepers/sharing.ts'
import type { Sharing } from './keepers/sharing.ts'
import { createMachines } from './machines.ts'
import { createInvitations } from './people/invitations.ts'
import type { Invitations } from './people/invitations.ts'
import { createPeople } from './people/people.ts'
import type { People } from './people/people.ts'
import type { Reach } from './people/reach.ts'
import { may } from './permissions.ts'
import { createPolicies } from './policies/policies.ts'
import { GatewayProblem, toResponse } from './problems.ts'
import { recover } from './recovery.ts'
import { createRoutes } from './routes/routes.ts'
import { createSignIns } from './signIns.ts'
import type { SqliteFile } from './store/database.ts'
import { openInFolder } from './store/opened.ts'
import type { OpenedStore } from './store/opened.ts'
import type { GrantRow } from './store/tables.ts'
import { createReserve, noReserve } from './store/reserve.ts'

const allTopics = ['machines', 'grants', 'audit', 'people', 'policies', 'challenges'] as const
export type GatewayTopic = (typeof allTopics)[number]

export interface Gateway extends GatewayApi {
  /** "Ask again": rung after a change is written, once for many that come together. Returns the function that stops it. */
  onChange(listener: (topic: GatewayTopic) => void): () => void
  /** For the transport, which has to know who calls. */
  readonly people: People
  readonly invitations: Invitations
  readonly enrolments: Enrolments
  /** Whether it answers; it does not while it has lost its place among gateways that share a store. */
  isServing(): boolean
  /** How it stands with others on the store that they share; undefined where it has the store for itself. */
  readonly sharing: Pick<Sharing, 'counts' | 'census'> | undefined
  /** Cuts all connections and closes the store. Open grants keep their window: the next start opens their gates again. */
  close(): Promise<void>
}

export interface GatewayOptions {
  /** Made if it is not there. Belongs to this gateway alone while it runs. */
  dataFolder: string
  clock: Clock
  log?: Log
  /** Where relays listen. */
  relayAddress?: string
  /** The gateway's Ed25519 private key, asked for when it is first needed. Without one the log is unsigned, and says so. */
  key?: () => Promise<KeyObject | undefined>
  /** Machines in these networks are behind nftables, all others behind the relay. */
  nftables?: GuardedNetworks
  /** For the API's document. */
  gatewayName?: string
  /** How others reach it. Absent when it is embedded: then nobody can be invited. */
  reach?: Reach
  /** How the store's file is opened, for a place with other rules, such as a limit of size. Throws StoreError. */
  openFile?: (dataFolder: string) => SqliteFile
  /** Opens a store that is no file in the folder. Throws StoreError, or StoreBusy when it is away. */
  openStore?: (clock: Clock) => Promise<OpenedStore>
  /** What every gateway of a store that is shared has to have. */
  commonKeys?: CommonKeys
  /** What stands between the gateway and its gate, for a place with other rules. Answers the gate that is asked. */
  throughGate?: (gate: Gate) => Gate
}

/** Throws StoreError when the store is newer than this program, in use by another process, or damaged. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { dataFolder, log = noLog, relayAddress = '127.0.0.1', gatewayName = 'Gatehouse' } = options
  const opened = await (options.openStore?.(options.clock) ?? openInFolder(dataFolder, options.clock, options.openFile))
  // Not the options' own: where the store has a clock, that one is everybody's (F-107).
  const { store, clock } = opened
  const now = (): number => clock.now()
  const listeners = new Set<(topic: GatewayTopic) => void>()
  const rung = new Set<GatewayTopic>()
  let isClosed = false
  const answering = new Set<Promise<Response>>()

  const incidents = createIncidents({ store, now, log, ring })
  const relay = createRelay(relayAddress, now, incidents.unreachable)
  const ownGate = await makeGate({ relay, nftables: options.nftables, store, clock, onDrift: incidents.drift, log }).catch(
    async (error: unknown) => {
      await opened.close()
      throw error
    },
  )
  const wholeGate = options.throughGate?.(ownGate) ?? ownGate
  const { shared } = opened
  const sharing = shared && createSharing({ store, shared, gate: wholeGate, clock, log, keys: options.commonKeys, onTold: ringLocally })
  const gate = sharing?.gate ?? wholeGate
  const reserve = shared === undefined ? createReserve(dataFolder) : noReserve
  if (!reserve.isThere()) log.error('there is no room on the disk for the reserve', { dataFolder })
  const ownEndings = createEndings(
    store,
    gate,
    now,
    log,
    () => ring('grants', 'machines', 'audit'),
    () => reserve.spend(),
    () => deadlines.nextInMs(),
  )
  const endings = sharing?.endings(ownEndings) ?? ownEndings
  const deadlines = createDeadlines(clock, endExpired, incidents.clockStep)
  const lapses = createDeadlines(
    clock,
    (ids) => void grants.lapse(ids),
    () => undefined,
  )
  const onGrantChange = () => ring('grants', 'machines', 'audit')
  const leftElsewhere = (row: GrantRow) => sharing?.leftElsewhere(row)
  const ownGrants = createGrants({ store, gate, clock, deadlines, lapses, endings, log, onChange: onGrantChange, leftElsewhere })
  const grants = sharing?.grants(ownGrants) ?? ownGrants
  const policies = createPolicies({ store, now, grants: { review } })
  const machines = createMachines(store, now)
  const peopleChanged = () => ring('people', 'audit')
  const people = createPeople({ store, now, endGrantsOf, narrowGrantsOf, onChange: peopleChanged })
  const invitations = createInvitations({ store, now, onChange: peopleChanged })
  const { reach } = options
  const transparentLog = createTransparentLog(store, options.key ?? (() => Promise.resolve(undefined)))
  const changes = createEvents()
  listeners.add((topic) => changes.ring(topic))
  const closing = new AbortController()
  const signIns = createSignIns({
    store,
    clock,
    people,
    log,
    fingerprint: reach?.here().fingerprint,
    isShared: shared !== undefined,
    closing: closing.signal,
    isEnding: (id) => endings.isEnding(id),
    endGrants,
    onChange: ring,
  })
  const { challenges, enrolments } = signIns
  const routes = createRoutes({
    ...signIns,
    events: changes,
    closing: closing.signal,
    store,
    machines,
    grants,
    policies,
    people,
    invitations,
    transparentLog,
    now,
    gatewayName,
    onChange: ring,
    onFault,
    ...(reach && { reach }),
  })

  try {
    await challenges.recover()
    const recovery = {
      store,
      gate,
      clock,
      deadlines,
      lapses,
      lapse: (ids: readonly string[]) => grants.lapse(ids),
      endings: ownEndings,
      log,
    }
    await (sharing === undefined ? recover(recovery) : sharing.start(recovery))
  } catch (error) {
    deadlines.stop()
    lapses.stop()
    closing.abort()
    await signIns.stop()
    await sharing?.leave().catch(() => {})
    await gate.stop?.()
    await opened.close()
    throw error
  }

  async function serve(request: Request, caller: Caller): Promise<Response> {
    // SQLite answers without ever waiting, so a caller in a loop could keep the event loop, and with it the deadlines, from their turn.
    await turn()
    // F-63, F-64: the last room on the disk is for what ends.
    if (!isEnding(request) && !reserve.isThere()) return toResponse(new GatewayProblem('diskFull').problem)
    return await routes.fetch(request, { caller })
  }

  function endExpired(ids: string[]): void {
    void ownEndings.end(ids, { reason: 'expired', actor: gatewayActor })
  }

  /** F-57: by the time that this is done, nothing of theirs passes any more. */
  async function endGrantsOf(technician: string, actor: string): Promise<void> {
    const mine = store.selectFrom('grants').select(['id', 'state']).where('requestedBy', '=', technician).where('closedAt', 'is', null)
    const rows = await mine.execute()
    const ids = rows.filter(({ state }) => !waits(state)).map((row) => row.id)
    await endGrants(ids, actor)
    await challenges.endThoseOf(technician, actor)
    for (const { id, state } of rows) if (waits(state)) await grants.release(actor, id, 'cancelled').catch(onFault)
  }

  async function endGrants(ids: readonly string[], actor: string): Promise<void> {
    for (const id of ids) deadlines.clear(id)
    await endings.end(ids, { reason: 'revoked', actor })
  }

  async function review(machineIds: Iterable<string>): Promise<void> {
    const ids = [...machineIds]
    await grants.review(ids)
    await challenges.review(ids)
  }

  /** A role that is taken away takes along what was let in by it; requests that wait are judged by the new roles too. */
  async function narrowGrantsOf(technician: string, roles: readonly Role[], actor: string): Promise<void> {
    if (!may(roles, 'request')) {
      await endGrantsOf(technician, actor)
      return
    }
    const rows = await store
      .updateTable('grants')
      .set({ requesterRoles: JSON.stringify(roles) })
      .where('requestedBy', '=', technician)
      .where('closedAt', 'is', null)
      .returning('machineId')
      .execute()
    await grants.review(rows.map((row) => row.machineId))
  }

  async function closeAll(): Promise<void> {
    const ids = await gate.list()
    const closed = await Promise.allSettled(ids.map((id) => gate.close(id)))
    const failed = closed.filter(({ status }) => status === 'rejected').length
    if (failed > 0) log.error('gates did not close', { failed })
  }

  function ring(...topics: GatewayTopic[]): void {
    if (rung.size === 0) setImmediate(tell)
    for (const topic of topics) rung.add(topic)
  }

  function tell(): void {
    const topics = [...rung]
    rung.clear()
    ringLocally(topics)
    sharing?.tell(topics)
  }

  /** `told`: by another gateway; without any, something may have been missed. */
  function ringLocally(told: readonly string[] = allTopics): void {
    for (const topic of allTopics) if (told.includes(topic)) for (const listener of listeners) listener(topic)
  }

  function onFault(error: unknown): void {
    log.error('a request failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }

  return {
    people,
    invitations,
    enrolments,
    async fetch(request: Request, caller: Caller): Promise<Response> {
      if (isClosed || sharing?.isServing() === false) return toResponse(busy)
      const answer = serve(request, caller)
      answering.add(answer)
      try {
        return await answer
      } finally {
        answering.delete(answer)
      }
    },
    isServing: () => !isClosed && sharing?.isServing() !== false,
    sharing,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      if (isClosed) return
      isClosed = true
      closing.abort()
      deadlines.stop()
      lapses.stop()
      await closeAll()
      await Promise.allSettled(answering)
      // A request that was under way may have opened one more.
      await closeAll()
      await endings.stop()
      await signIns.stop()
      await incidents.record([{ actor: gatewayActor, action: 'gateway.stopped', outcome: 'ok' }])
      await sharing?.leave().catch((error: unknown) => log.error('the other gateways were not told', { error: String(error) }))
      listeners.clear()
      await gate.stop?.()
      await opened.close()
    },
  }
}

const waits = (state: GrantState): boolean => state === 'requested' || state === 'approved'
/** Asks for nothing that has to be written, or ends something. */
function isEnding({ method, url }: Request): boolean {
  const { pathname } = new URL(url)
  // What an agent says of what it did, and its asking for what it is to end.
  const isAgents = pathname.startsWith(agentPaths) && (pathname.endsWith('/report') || pathname.endsWith('/events'))
  return method === 'GET' || pathname.endsWith('/release') || isAgents
}

const busy: Problem = new GatewayProblem('busy').problem
