/**
 * Whether a caller's word can approve a challenge (RFC 10027: a code says nothing of proximity, so an open session of the caller's own has to). Pure;
 * what is read from the store is given.
 */
import type { ApprovalRule, Caller } from '../api.ts'
import type { ChallengeDisplay, NoApproval } from '../contract/challenges.ts'
import type { Problem } from '../api.ts'
import { may } from '../permissions.ts'
import { approversFor, isAllowed } from '../policies/effective.ts'
import type { Effective } from '../policies/effective.ts'

type Person = Pick<Caller, 'technician' | 'roles'>
export type Binding = ChallengeDisplay['binding']

/** A grant that is open at this instant, to the machine in question. */
export interface OpenGrant {
  id: string
  requestedBy: string
}

export const mostApprovals = 5
export const approvalsWindowMs = 10 * 60_000

/** Where a grant needs an approver, a sign-in needs a second pair of eyes (F-80). */
export function needsFourEyes(rule: ApprovalRule): boolean {
  return approversFor(rule) > 0
}

/** `grants`: to the challenge's machine and to no other (F-68), the newest last. */
export function bindingOf(technician: string, grants: readonly OpenGrant[], rule: ApprovalRule): Binding {
  const own = grants.findLast(({ requestedBy }) => requestedBy === technician)
  if (own !== undefined) return { kind: 'yours', grantId: own.id }
  const other = needsFourEyes(rule) ? grants.at(-1) : undefined
  return other === undefined ? { kind: 'none' } : { kind: 'colleague', grantId: other.id, by: other.requestedBy }
}

export interface Case {
  policy: Pick<Effective, 'jitAdmin' | 'allowed' | 'approval'>
  /** Whether the machine can have JIT at all. */
  isSupported: boolean
  binding: Binding
  /** How many challenges this caller approved, or burned, within the window. */
  recent: number
}

/** undefined: this caller may approve it. */
export function reasonAgainst(person: Person, { policy, isSupported, binding, recent }: Case): NoApproval | undefined {
  const jitAdmin = policy.jitAdmin.value
  if (!isSupported || !jitAdmin.enabled) return 'jitOff'
  if (needsFourEyes(policy.approval.value)) {
    if (binding.kind === 'yours') return 'fourEyes'
    if (!may(person.roles, 'approve')) return 'notAllowed'
  } else if (!may(person.roles, 'request') || !isAllowed(policy.allowed.value, person)) return 'notAllowed'
  if (binding.kind === 'none' && jitAdmin.withoutSession !== 'allow') return 'noSession'
  return recent >= mostApprovals ? 'tooMany' : undefined
}

export const problemOf: Record<NoApproval, Problem['code']> = {
  notAllowed: 'notPermitted',
  noSession: 'noSession',
  fourEyes: 'ownRequest',
  tooMany: 'tooMany',
  jitOff: 'jitOff',
}

/** To deny and to report is for whoever could request or approve something: more people than may approve this one. */
export function mayRefuse({ roles }: Person): boolean {
  return may(roles, 'request') || may(roles, 'approve')
}
