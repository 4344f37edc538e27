/** A Gatehouse gateway as a provider: a client of gateway/api.ts, the same for the embedded gateway and for one on the network. */
import { z } from 'zod'
import {
  Grant,
  GrantList,
  MachinePage,
  MachinesAdded,
  PolicySet,
  Source,
  type AddMachines,
  type GrantRequest,
  type Machine,
  type MachineInput,
  type ReleaseGrant,
  type SetPolicy,
} from '../../../gateway/api.ts'
import { apiHeader, formatApi, spokenApi } from '../../../gateway/contract/apiVersion.ts'
import type { Decision } from '../../../gateway/contract/policies.ts'
import { CallError } from '../../callError.ts'
import { toIsoDuration } from '../isoDuration.ts'
import type { Provider, ProviderChallenges, ProviderGrant, ProviderMachine } from '../provider.ts'
import { createPatience, type Patience } from '../../network/patience.ts'
import { askPatiently, createClient, isRepeatable, refuseReadOnly, toOffline, type Fetch, type Gateway } from './client.ts'
import { createGatewayEntries } from './entries.ts'
import { createGatewayLog } from './log.ts'
import { createGatewayPolicies } from './policies.ts'

const pageSize = 1000
/** How long the command line waits for a gateway that is busy; what it asks for may itself take longer, such as a whole log. */
const waitMs = 30_000
/** What is answered to a change is not looked at further. */
const Anything = z.looseObject({})

/**
 * `url` is the gateway's address without a path; for the embedded one it is only a name. `onChange` is how the gateway rings; it answers the
 * function that stops it.
 */
export function createGatewayProvider(gateway: {
  id: string
  name: string
  technician: string
  roles?: () => readonly string[]
  isOffline?: () => boolean
  url: string
  fetch: Fetch
  onChange: Provider['onChange']
  patience?: Patience
  readOnly?: NonNullable<Gateway['readOnly']>
  /** By which its log is known (./log.ts). */
  logKey?: Parameters<typeof createGatewayLog>[1]
  /** Only a gateway that knows this console by a key takes its decisions. */
  challenges?: ProviderChallenges
  close?: () => Promise<void>
}): Provider {
  const { id, name, technician, onChange } = gateway
  const { patience = createPatience() } = gateway
  const ask = createClient({ ...gateway, patience })
  const machine = { what: 'machine' } as const

  async function machinesFrom(cursor: string | undefined) {
    const query = new URLSearchParams({ limit: String(pageSize), ...(cursor !== undefined && { cursor }) })
    return ask(MachinePage, { method: 'GET', path: '/v1/machines', query, about: machine })
  }

  async function* bundle(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const headers = { accept: 'application/jsonl', [apiHeader]: formatApi(spokenApi) }
    const request = () => new Request(`${gateway.url}/v1/log/bundle`, { headers, redirect: 'error', signal })
    try {
      const { status, body } = await askPatiently(gateway.fetch, request, { patience, totalMs: waitMs, mayAskAgain: true })
      if (status !== 200 || !body) throw new CallError({ tag: 'badAnswer', provider: id }, { cause: new Error(`status ${status}`) })
      yield* body
    } catch (error) {
      throw toOffline(id, error)
    }
  }

  return {
    id,
    name,
    technician,
    ...(gateway.roles && { roles: gateway.roles }),
    ...(gateway.isOffline && { isOffline: gateway.isOffline }),
    onChange,
    events: createGatewayEntries(id, ask),
    policies: createGatewayPolicies(ask),
    ...(gateway.challenges && { challenges: gateway.challenges }),
    ...(gateway.logKey && { log: createGatewayLog(ask, gateway.logKey, bundle) }),
    async machines(cursor) {
      try {
        const page = await machinesFrom(cursor)
        return { ...page, machines: page.machines.map(toMachine) }
      } catch (error) {
        // The cursor is of another store: the gateway was set up anew, and what is known from before is void.
        if (cursor === undefined || !(error instanceof CallError) || error.failure.tag !== 'notFound') throw error
        const page = await machinesFrom(undefined)
        return { ...page, machines: page.machines.map(toMachine), startsAnew: true }
      }
    },
    async addMachines(machines) {
      const body: AddMachines = { machines: machines.map(({ rules, ...input }) => ({ ...toInput(input), ...(rules && { rules }) })) }
      const added = await ask(MachinesAdded, { method: 'POST', path: '/v1/machines', body, about: machine })
      if (added.machines.length !== machines.length) throw new CallError({ tag: 'badAnswer', provider: id })
      return added.machines
    },
    async changeMachine(machineId, input) {
      const path = `/v1/machines/${encodeURIComponent(machineId)}`
      await ask(Anything, { method: 'PUT', path, body: toInput(input), about: { ...machine, machineId } })
    },
    async removeMachines(ids) {
      await ask(Anything, { method: 'POST', path: '/v1/machines/remove', body: { ids }, about: machine })
    },
    async setPolicy(machineIds, rules) {
      const body: SetPolicy = { machineIds, rules }
      const [machineId] = machineIds
      await ask(PolicySet, {
        method: 'PUT',
        path: '/v1/policies',
        body,
        about: { ...machine, ...(machineId !== undefined && { machineId }) },
      })
    },
    source: () => ask(Source, { method: 'GET', path: '/v1/source', about: machine }),
    async request({ idempotencyKey, machineId, ports, source, durationMs, reason }) {
      const body: GrantRequest = { machineId, ports, duration: toIsoDuration(durationMs), reason, ...(source !== undefined && { source }) }
      return toGrant(await ask(Grant, { method: 'POST', path: '/v1/grants', body, idempotencyKey, about: { ...machine, machineId } }))
    },
    async grant(grantId) {
      return toGrant(await ask(Grant, { method: 'GET', path: grantPath(grantId), about: { what: 'grant' } }))
    },
    async grants() {
      const list = await ask(GrantList, { method: 'GET', path: '/v1/grants', about: { what: 'grant' } })
      return list.grants.map(toGrant)
    },
    async release(grantId, why) {
      const body: ReleaseGrant = { why }
      return toGrant(await ask(Grant, { method: 'POST', path: `${grantPath(grantId)}/release`, body, about: { what: 'grant' } }))
    },
    async extend(grantId, byMs) {
      const body = { by: toIsoDuration(byMs) }
      return toGrant(await ask(Grant, { method: 'POST', path: `${grantPath(grantId)}/extend`, body, about: { what: 'grant' } }))
    },
    async decide(grantId, decision, reason) {
      const body: Decision = { decision, reason }
      return toGrant(await ask(Grant, { method: 'POST', path: `${grantPath(grantId)}/decision`, body, about: { what: 'grant' } }))
    },
    async record(event) {
      // The gateway parses it, and takes only the actions that a console may write.
      await ask(Anything, { method: 'POST', path: '/v1/audit', body: event, about: machine })
    },
    async fetch({ method, path, body, idempotencyKey }) {
      const headers = {
        [apiHeader]: formatApi(spokenApi),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      }
      refuseReadOnly(gateway, method)
      const request = () => new Request(gateway.url + path, { method, headers, ...(body !== undefined && { body }) })
      try {
        const mayAskAgain = isRepeatable({ method, idempotencyKey })
        return await askPatiently(gateway.fetch, request, { patience, totalMs: waitMs, mayAskAgain })
      } catch (error) {
        throw toOffline(id, error)
      }
    },
    async close() {
      await gateway.close?.()
    },
  }
}

const grantPath = (grantId: string) => `/v1/grants/${encodeURIComponent(grantId)}`

/** zod's optional keys may be there as undefined; ours are absent. */
function present<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same keys with the same values, but for the absent ones
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>
  }
}

function toMachine(machine: Machine): ProviderMachine {
  const { facts, ...rest } = machine
  return {
    ...present(rest),
    facts,
    ...(facts.osVersion !== undefined && { osVersion: facts.osVersion }),
    ...(facts.agentVersion !== undefined && { agentVersion: facts.agentVersion }),
  }
}

function toInput(machine: Omit<Parameters<NonNullable<Provider['changeMachine']>>[1], 'rules'>): MachineInput {
  return present(machine)
}

function toGrant(grant: Grant): ProviderGrant {
  return present(grant)
}
