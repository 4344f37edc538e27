/** Which policy to ask for a machine, and what Azure would refuse, before it is asked. */
import { CallError } from '../../callError.ts'
import { qualify } from '../ids.ts'
import type { GrantRequest } from '../provider.ts'
import type { Membership } from './derive.ts'
import type { Inventory } from './inventory.ts'
import { judgeRequest, longestNames, refuse } from './judge.ts'
import { mayDo, type Permissions } from './permissions.ts'
import { jit, type Policies } from './policies.ts'
import type { Machine } from './questions.ts'
import type { PolicyRef } from './resourceId.ts'

export interface Planned {
  request: GrantRequest
  machine: Machine
  membership: Membership & { ref: PolicyRef }
}

/** Throws CallError: what Azure would refuse it with. */
export type Planner = (request: GrantRequest) => Promise<Planned>

export function createPlanner(deps: {
  id: string
  inventory: Pick<Inventory, 'find' | 'view' | 'surroundings'>
  policies: Pick<Policies, 'of' | 'list'>
  permissions: Permissions
  myAddress: () => string
}): Planner {
  const { id, inventory, policies, permissions, myAddress } = deps

  /** The policy to ask: one that allows all of it, else one that has the machine. Looked at anew before anything is refused. */
  async function plan(request: GrantRequest): Promise<Planned> {
    const machine = await inventory.find(request.machineId)
    let judged = choose(machine, request)
    if (judged.refusal) {
      await policies.list(machine.subscriptionId, 0)
      judged = choose(machine, request)
    }
    if (judged.refusal) throw judged.refusal
    const { membership } = judged
    const machineId = qualify({ id }, request.machineId)
    if (membership.ref.name.length + machine.name.length > longestNames)
      throw new CallError({ tag: 'unsupported', machineId, reason: 'nameTooLong' })
    if (inventory.surroundings()?.subscriptions.get(machine.subscriptionId.toLowerCase())?.isLicensed === false)
      throw new CallError({ tag: 'unsupported', machineId, reason: 'notLicensed' })
    await checkPermission(membership.ref)
    return { request, machine, membership }
  }

  function choose(
    machine: Machine,
    request: GrantRequest,
  ): { membership: Planned['membership']; refusal?: undefined } | { refusal: CallError } {
    const memberships = policies.of(machine.id)
    const [first] = memberships
    if (!first) {
      const { unsupportedReason } = inventory.view(machine)
      const machineId = qualify({ id }, request.machineId)
      return {
        refusal: new CallError(
          unsupportedReason ? { tag: 'unsupported', machineId, reason: unsupportedReason } : { tag: 'jitOff', machineId },
        ),
      }
    }
    const fits = memberships.find((one) => !judgeRequest(request, one, myAddress()))
    if (fits) return { membership: fits }
    return { refusal: judgeRequest(request, first, myAddress()) ?? refuse('port', '') }
  }

  /** What is known to be missing is asked about once more: a role may have been given a moment ago. */
  async function checkPermission(ref: PolicyRef): Promise<void> {
    const scope = `/subscriptions/${encodeURIComponent(ref.subscriptionId)}/resourceGroups/${encodeURIComponent(ref.resourceGroup)}`
    const action = `${jit}/initiate/action`
    const known = permissions.known(scope)
    if (!known || mayDo(known, action)) return
    const read = await permissions.read(scope).catch(() => undefined)
    if (read && !mayDo(read, action)) throw refuse('permission', action)
  }

  return plan
}
