/** Grants as callers see them: the row, the time that is left, what went through, who approved. */
import type { Caller, Grant, GrantState } from './api.ts'
import type { Clock, Deadlines } from './deadlines.ts'
import { decisionsOn } from './decisions.ts'
import type { Endings } from './endings.ts'
import type { Gate } from './gates/gate.ts'
import { portsIn, toGrant } from './grantRow.ts'
import { longestFor } from './judge.ts'
import type { Effective } from './policies/effective.ts'
import { policiesFor } from './policies/stored.ts'
import { GatewayProblem } from './problems.ts'
import type { Store } from './store/database.ts'
import type { DecisionRow, GrantRow, MachineRow } from './store/tables.ts'

export interface GrantViews {
  /** What was just written, without reading it again: nobody has decided anything on it. */
  show(placed: { row: GrantRow; policy: Effective }, caller: Caller): Grant
  /** Throws GatewayProblem `notFound`. `caller`: whoever looks. */
  get(id: string, caller?: Caller): Promise<Grant>
  /** Those that are not over, and those that ended in the last ten minutes; or those in one state. Newest first. */
  list(caller?: Caller, state?: GrantState): Promise<Grant[]>
}

const shownAfterEndMs = 10 * 60 * 1000

type Row = GrantRow & { name: string | null; os: MachineRow['os'] | null; site: string | null }

export function createGrantViews(parts: {
  store: Store
  gate: Gate
  clock: Clock
  deadlines: Deadlines
  endings: Endings
  leftElsewhere?: (row: GrantRow) => number | undefined
}): GrantViews {
  const { store, gate, clock, deadlines, endings, leftElsewhere } = parts

  const rows = () =>
    store
      .selectFrom('grants')
      .leftJoin('machines', 'machines.id', 'grants.machineId')
      .selectAll('grants')
      .select(['machines.name', 'machines.os', 'machines.site'])

  async function see(seen: readonly Row[], caller: Caller | undefined): Promise<Grant[]> {
    const machines = new Map(seen.map(machineIn).map((machine) => [machine?.id, machine]))
    const policies = await policiesFor(
      store,
      [...machines.values()].filter((machine) => machine !== undefined),
    )
    const asked = seen.filter(({ approversNeeded }) => approversNeeded > 0).map(({ id }) => id)
    const decisions = await decisionsOn(store, asked)
    return seen.map((row) => sight(row, policies.get(row.machineId), decisions.get(row.id) ?? [], caller))
  }

  function sight(row: GrantRow, policy: Effective | undefined, decisions: readonly DecisionRow[], caller: Caller | undefined): Grant {
    return toGrant(row, {
      remainingMs: deadlines.remaining(row.id) ?? leftElsewhere?.(row),
      isEnding: endings.isEnding(row.id),
      longestMs: policy === undefined || row.state !== 'open' ? 0 : longestFor(policy, portsIn(row)),
      decisions,
      caller,
      traffic: gate.traffic(row.id),
    })
  }

  return {
    show: ({ row, policy }, caller) => sight(row, policy, [], caller),
    async get(id, caller) {
      const row = await rows().where('grants.id', '=', id).executeTakeFirst()
      const [grant] = row === undefined ? [] : await see([row], caller)
      if (grant === undefined) throw new GatewayProblem('notFound', { field: 'grantId' })
      return grant
    },
    async list(caller, state) {
      const notOver = await rows().where('closedAt', 'is', null).execute()
      const lately = await rows()
        .where('closedAt', '>', clock.now() - shownAfterEndMs)
        .orderBy('closedAt', 'desc')
        .limit(1000)
        .execute()
      const wanted = [...notOver, ...lately].filter((row) => state === undefined || row.state === state)
      return await see(
        wanted.sort((one, other) => other.requestedAt - one.requestedAt),
        caller,
      )
    },
  }
}

function machineIn({ machineId, name, os, site }: Row): Pick<MachineRow, 'id' | 'name' | 'os' | 'site'> | undefined {
  return name === null || os === null || site === null ? undefined : { id: machineId, name, os, site }
}
