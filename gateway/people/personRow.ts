/** People, keys and invitations between the tables and the API. */
import { z } from 'zod'
import { Role } from '../api.ts'
import type { Invitation, Person } from '../contract/people.ts'
import type { DeviceKeyRow, InvitationRow, PersonRow } from '../store/tables.ts'

const Roles = z.array(Role)

export function rolesOf(row: { roles: string }): Role[] {
  return Roles.parse(JSON.parse(row.roles))
}

/** Each role once, in the order of the contract. */
export function rolesText(roles: readonly Role[]): string {
  return JSON.stringify(Role.options.filter((role) => roles.includes(role)))
}

export function toPerson(row: PersonRow, keys: readonly DeviceKeyRow[]): Person {
  return {
    id: row.id,
    name: row.name,
    roles: rolesOf(row),
    deviceKeys: keys.map(({ thumbprint, addedAt }) => ({ thumbprint, addedAt: new Date(addedAt).toISOString() })),
    createdAt: new Date(row.createdAt).toISOString(),
    ...(row.disabledAt === null ? {} : { disabledAt: new Date(row.disabledAt).toISOString() }),
  }
}

export function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    name: row.name,
    roles: rolesOf(row),
    createdAt: new Date(row.createdAt).toISOString(),
    expiresAt: new Date(row.expiresAt).toISOString(),
  }
}
