/** Which requests wait, and for whom. Pure. */
import type { Gateway, Grant } from '../../preload/contract.ts'

/** Oldest first: what comes later is put below, and nothing moves under the pointer. */
const oldestFirst = (one: Grant, other: Grant): number =>
  one.requestedAt < other.requestedAt ? -1 : one.requestedAt > other.requestedAt ? 1 : 0

export function waitingForMe(grants: readonly Grant[]): Grant[] {
  return grants.filter(({ state, decidableByMe }) => state === 'requested' && decidableByMe === true).sort(oldestFirst)
}

/** Requests that this technician made, by the name that each gateway knows them by. */
export function waitingForOthers(grants: readonly Grant[], gateways: readonly Pick<Gateway, 'id' | 'technician'>[]): Grant[] {
  return grants
    .filter(
      ({ state, grantId, requestedBy }) =>
        state === 'requested' && gateways.find(({ id }) => id === gatewayOf(grantId))?.technician === requestedBy,
    )
    .sort(oldestFirst)
}

const gatewayOf = (grantId: string): string => grantId.slice(0, grantId.indexOf(':'))
