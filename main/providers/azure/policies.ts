/**
 * The JIT policies of a tenant: one list per subscription, kept and renewed, and found by the machine that is in them. JIT policies are not in Resource
 * Graph, and a machine may be in any policy of its subscription.
 */
import { CallError } from '../../callError.ts'
import type { Arm } from './arm.ts'
import type { Membership } from './derive.ts'
import { parsePolicyId, policyKey, policyPath, type PolicyRef } from './resourceId.ts'
import { apiVersion, JitPolicy } from './schemas.ts'

export const jit = 'Microsoft.Security/locations/jitNetworkAccessPolicies'

export interface KnownPolicy {
  ref: PolicyRef
  policy: JitPolicy
}

export interface Policies {
  /** Reads the subscription's list unless it was read a moment ago. What may not be read is as if there were none. Throws CallError. */
  list(subscriptionId: string, maxAgeMs: number): Promise<void>
  /** As Azure has it now; undefined: it is not there (any more). Throws CallError. */
  read(ref: PolicyRef): Promise<JitPolicy | undefined>
  /** What Azure answered of one; undefined: it is gone. */
  note(ref: PolicyRef, policy: JitPolicy | undefined): void
  of(machineId: string): (Membership & { ref: PolicyRef })[]
  all(): KnownPolicy[]
  /** Subscriptions whose lists were read. */
  known(): string[]
}

/** `changed` is told the machines (lower-cased ids) of policies that are other than before. */
export function createPolicies(arm: Arm, clock: { monotonicMs(): number }, changed: (machineIds: ReadonlySet<string>) => void): Policies {
  const byKey = new Map<string, KnownPolicy>()
  const byMachine = new Map<string, Set<string>>()
  const readAt = new Map<string, number>()
  const running = new Map<string, Promise<void>>()

  function note(ref: PolicyRef, policy: JitPolicy | undefined): void {
    const key = policyKey(ref)
    const before = byKey.get(key)
    const touched = new Set<string>()
    for (const { id } of before?.policy.properties.virtualMachines ?? []) {
      touched.add(id.toLowerCase())
      byMachine.get(id.toLowerCase())?.delete(key)
    }
    if (policy) {
      byKey.set(key, { ref, policy })
      for (const { id } of policy.properties.virtualMachines) {
        const machineId = id.toLowerCase()
        touched.add(machineId)
        const keys = byMachine.get(machineId) ?? new Set()
        byMachine.set(machineId, keys.add(key))
      }
    } else byKey.delete(key)
    if (touched.size > 0 && JSON.stringify(before?.policy) !== JSON.stringify(policy)) changed(touched)
  }

  async function readList(subscriptionId: string): Promise<void> {
    const path = `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Security/jitNetworkAccessPolicies?api-version=${apiVersion}`
    const found: KnownPolicy[] = []
    try {
      const about = { what: 'machine', action: `${jit}/read` } as const
      for await (const page of arm.pages(JitPolicy, { path, about, bucket: subscriptionId })) {
        for (const policy of page) {
          const ref = parsePolicyId(policy.id)
          // It is of the subscription that was asked, whatever its id says.
          if (ref) found.push({ policy, ref: { ...ref, subscriptionId } })
        }
      }
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
    const keys = new Set(found.map(({ ref }) => policyKey(ref)))
    for (const [key, { ref }] of byKey) if (sameText(ref.subscriptionId, subscriptionId) && !keys.has(key)) note(ref, undefined)
    for (const { ref, policy } of found) note(ref, policy)
    readAt.set(subscriptionId, clock.monotonicMs())
  }

  return {
    note,
    list(subscriptionId, maxAgeMs) {
      const id = subscriptionId.toLowerCase()
      if (clock.monotonicMs() - (readAt.get(id) ?? Number.NEGATIVE_INFINITY) < maxAgeMs) return Promise.resolve()
      const under = running.get(id) ?? readList(id).finally(() => running.delete(id))
      running.set(id, under)
      return under
    },
    async read(ref) {
      try {
        const call = {
          method: 'GET',
          path: policyPath(ref),
          about: { what: 'machine', action: `${jit}/read` },
          bucket: ref.subscriptionId,
        } as const
        const policy = await arm.ask(JitPolicy, call)
        note(ref, policy)
        return policy
      } catch (error) {
        if (!(error instanceof CallError) || error.failure.tag !== 'notFound') throw error
        note(ref, undefined)
        return undefined
      }
    },
    of(machineId) {
      const id = machineId.toLowerCase()
      const found = [...(byMachine.get(id) ?? [])].flatMap((key) => byKey.get(key) ?? [])
      return found.flatMap(({ ref, policy }) => {
        const machine = policy.properties.virtualMachines.find((one) => one.id.toLowerCase() === id)
        return machine ? [{ ref, policy, machine }] : []
      })
    },
    all: () => [...byKey.values()],
    known: () => [...readAt.keys()],
  }
}

/** This person may not read them; that is for the doctor, and no reason to show no machines at all. */
function isRefusal(error: unknown): boolean {
  return error instanceof CallError && (error.failure.tag === 'notAllowed' || error.failure.tag === 'notFound')
}

const sameText = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
