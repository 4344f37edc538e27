/** Turning JIT on, changing and turning it off: read, change, write, one write at a time for each policy, and what it would be before it is. */
import type { PortRule } from '../../../preload/contract.ts'
import type { AzurePolicyPreview } from '../../../preload/contract/azure.ts'
import { z } from 'zod'
import { CallError } from '../../callError.ts'
import { qualify } from '../ids.ts'
import type { Arm } from './arm.ts'
import { applyEdits, bodyOf, hasEdits, type Edit } from './change.ts'
import { inTurns } from './inTurns.ts'
import type { Inventory } from './inventory.ts'
import { longestNames } from './judge.ts'
import type { Locks } from './locks.ts'
import { jit, type Policies } from './policies.ts'
import type { Machine } from './questions.ts'
import { policyId, policyKey, policyPath, type PolicyRef } from './resourceId.ts'
import { JitPolicy } from './schemas.ts'

export interface PolicyWrites {
  /** Each policy by itself: the first that could not be written is thrown when all were tried. Throws CallError. */
  set(ids: readonly string[], rules: PortRule[] | 'defaults'): Promise<void>
  /** With the provider's own ids of machines. */
  preview(ids: readonly string[], rules: PortRule[] | 'defaults'): Promise<AzurePolicyPreview>
}

/** The edits of one policy. */
interface Change {
  ref: PolicyRef
  edits: Edit[]
  machines: { machineId: string; name: string }[]
}

const writesAtOnce = 4
const mostTries = 4

export function createPolicyWrites(deps: {
  id: string
  arm: Arm
  inventory: Pick<Inventory, 'find' | 'view'>
  policies: Policies
  locks: Locks
  sleep: (ms: number) => Promise<unknown>
}): PolicyWrites {
  const { id, arm, inventory, policies, locks, sleep } = deps

  async function plan(ids: readonly string[], rules: PortRule[] | 'defaults') {
    const changes = new Map<string, Change>()
    const refused: { machineId: string; error: CallError }[] = []
    for (const machineId of new Set(ids)) {
      try {
        const machine = await inventory.find(machineId)
        await policies.list(machine.subscriptionId, Number.POSITIVE_INFINITY)
        for (const { ref, edit } of editsFor(machineId, machine, rules)) {
          const key = policyKey(ref)
          const change = changes.get(key) ?? { ref, edits: [], machines: [] }
          changes.set(key, change)
          change.edits.push(edit)
          change.machines.push({ machineId, name: machine.name })
        }
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        refused.push({ machineId, error })
      }
    }
    return { changes: [...changes.values()], refused }
  }

  /** Where it is in several policies, the first gets the rules, so that they are what holds. */
  function editsFor(machineId: string, machine: Machine, wanted: PortRule[] | 'defaults'): { ref: PolicyRef; edit: Edit }[] {
    const rules = wanted === 'defaults' ? defaultsFor(machine) : wanted
    const [first, ...others] = policies.of(machine.id)
    if (first) {
      const out = others.map(({ ref, machine: { id: resourceId } }) => ({ ref, edit: { resourceId, rules: [] } }))
      return [{ ref: first.ref, edit: { resourceId: first.machine.id, rules } }, ...out]
    }
    if (rules.length === 0) return []
    const qualified = qualify({ id }, machineId)
    const { unsupportedReason: reason } = inventory.view(machine)
    if (reason) throw new CallError({ tag: 'unsupported', machineId: qualified, reason })
    const { subscriptionId, resourceGroup, location, name } = machine
    const ref = { subscriptionId, resourceGroup, location, name: 'default' }
    if (ref.name.length + name.length > longestNames)
      throw new CallError({ tag: 'unsupported', machineId: qualified, reason: 'nameTooLong' })
    const resourceId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`
    return [{ ref, edit: { resourceId, rules } }]
  }

  /** Read anew before each try, so that whatever others did meanwhile is in it. */
  function write({ ref, edits, machines }: Change): Promise<void> {
    return locks(policyKey(ref), async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          const current = await policies.read(ref)
          if (hasEdits(current, edits)) return
          const body = applyEdits(current, edits)
          const call = { path: policyPath(ref), bucket: ref.subscriptionId }
          const machineId = machines[0]?.machineId ?? ''
          if (body === undefined) {
            await arm.ask(z.unknown(), { ...call, method: 'DELETE', about: { what: 'machine', machineId, action: `${jit}/delete` } })
            policies.note(ref, undefined)
            return
          }
          const about = { what: 'machine', machineId, action: `${jit}/write` } as const
          policies.note(ref, await arm.ask(JitPolicy, { ...call, method: 'PUT', body, about }))
          return
        } catch (error) {
          if (tries === mostTries || !mayHelp(error)) throw error
          // Written or not is seen by reading: what is there already is not written again.
          await sleep(500 * 2 ** tries)
        }
      }
    })
  }

  return {
    async set(ids, rules) {
      const { changes, refused } = await plan(ids, rules)
      const failed = await inTurns(changes, writesAtOnce, async (change) => {
        try {
          await write(change)
          return undefined
        } catch (error) {
          return error
        }
      })
      const first: unknown = failed.find((error) => error !== undefined) ?? refused[0]?.error
      if (first !== undefined) throw first
    },
    async preview(ids, rules) {
      const { changes, refused } = await plan(ids, rules)
      const shown = await inTurns(changes, writesAtOnce, async ({ ref, edits, machines }) => {
        const current = await policies.read(ref)
        const after = applyEdits(current, edits)
        const touched = new Set(edits.map(({ resourceId }) => resourceId.toLowerCase()))
        return {
          policyId: policyId(ref),
          name: ref.name,
          resourceGroup: ref.resourceGroup,
          location: ref.location,
          isNew: current === undefined,
          isRemoved: current !== undefined && after === undefined,
          machines: machines.map(({ machineId, name }) => ({ machineId: qualify({ id }, machineId), name })),
          others: (current?.properties.virtualMachines ?? []).filter((one) => !touched.has(one.id.toLowerCase())).length,
          before: current ? lines(bodyOf(current)) : '',
          after: after ? lines(after) : '',
        }
      })
      return {
        policies: shown,
        refused: refused.map(({ machineId, error }) => ({ machineId: qualify({ id }, machineId), failure: error.failure })),
      }
    },
  }
}

/** As the portal turns it on: the one port of the operating system, for three hours, from anywhere. */
function defaultsFor({ os }: Machine): PortRule[] {
  return [{ port: os.toLowerCase() === 'windows' ? 3389 : 22, protocol: 'any', sources: [], maxDuration: 'PT3H' }]
}

const lines = (value: unknown) => JSON.stringify(value, null, 2)

/** Somebody is at work on the policy, the network went, or something broke: all of that passes. */
function mayHelp(error: unknown): boolean {
  return error instanceof CallError && ['inProgress', 'conflict', 'badAnswer', 'offline'].includes(error.failure.tag)
}
