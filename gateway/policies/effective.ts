/** Which values hold (POL-3): for each setting the nearest level that sets it wins, and the answer says which that was. Pure. */
import type { ApprovalRule, Caller, MachineInput, PolicySource, PortRule } from '../api.ts'
import type { Allowed, JitAdmin, PolicySettings } from '../contract/policies.ts'
import { parseDuration } from '../durations.ts'

type Os = MachineInput['os']

/** What one level sets, and how the level is called in an answer. */
export interface LevelSettings {
  kind: 'company' | 'site' | 'machine'
  name: string
  settings: PolicySettings
}

export interface Sourced<Value> {
  value: Value
  from: PolicySource
}

export interface Effective {
  rules: Sourced<PortRule[]>
  jitAdmin: Sourced<JitAdmin>
  allowed: Sourced<Allowed>
  approval: Sourced<ApprovalRule>
  maxDuration: Sourced<string | undefined>
  requestsLapseAfter: Sourced<string>
}

const noJitAdmin: JitAdmin = { enabled: false, userName: 'gatehouse', afterSignOut: 'delete', title: '' }

/** `levels`: the farthest first. Where no level sets anything, JIT is off, and needs nobody's approval once it is on. */
export function effectiveFor(os: Os, levels: readonly LevelSettings[]): Effective {
  function nearest<Value>(read: (settings: PolicySettings) => Value | undefined, none: Value): Sourced<Value> {
    for (const { kind, name, settings } of levels.toReversed()) {
      const value = read(settings)
      if (value !== undefined) return { value, from: { kind, name } }
    }
    return { value: none, from: { kind: 'default', name: '' } }
  }
  return {
    rules: nearest<PortRule[]>(({ rules }) => rules?.[os] ?? rules?.default, []),
    jitAdmin: nearest((settings) => settings.jitAdmin, noJitAdmin),
    allowed: nearest<Allowed>((settings) => settings.allowed, {}),
    approval: nearest<ApprovalRule>((settings) => settings.approval, 'automatic'),
    maxDuration: nearest<string | undefined>((settings) => settings.maxDuration, undefined),
    requestsLapseAfter: nearest((settings) => settings.requestsLapseAfter, 'PT1H'),
  }
}

/** The rules as they can be used: none of their windows is longer than the policy's maximum. */
export function rulesInForce({ rules, maxDuration }: Pick<Effective, 'rules' | 'maxDuration'>): PortRule[] {
  const cap = maxDuration.value
  const capMs = cap === undefined ? undefined : parseDuration(cap)
  if (cap === undefined || capMs === undefined) return rules.value
  return rules.value.map((rule) => ((parseDuration(rule.maxDuration) ?? 0) > capMs ? { ...rule, maxDuration: cap } : rule))
}

const approvers: Record<ApprovalRule, number> = { automatic: 0, oneApprover: 1, twoApprovers: 2 }

export function approversFor(rule: ApprovalRule): number {
  return approvers[rule]
}

/** POL-5: whether the policy lets this person ask. An empty list lets nobody. */
export function isAllowed({ roles, people }: Allowed, person: Pick<Caller, 'technician' | 'roles'>): boolean {
  if (roles === undefined && people === undefined) return true
  return (roles?.some((role) => person.roles.includes(role)) ?? false) || (people?.includes(person.technician) ?? false)
}
