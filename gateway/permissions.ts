/** What each role may do (POL-5). Pure. */
import type { Role } from './api.ts'

export type Permission = 'read' | 'request' | 'approve' | 'configure' | 'administer'

const ofRole: Record<Role, readonly Permission[]> = {
  viewer: ['read'],
  requester: ['read', 'request'],
  approver: ['read', 'approve'],
  policyAdmin: ['read', 'configure'],
  gatewayAdmin: ['read', 'request', 'approve', 'configure', 'administer'],
}

/** Whether any of the roles permits it. No role permits nothing. */
export function may(roles: readonly Role[], permission: Permission): boolean {
  return roles.some((role) => ofRole[role].includes(permission))
}
