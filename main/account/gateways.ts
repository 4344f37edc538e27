/** The gateways that this console works with, and their people, as the window sees them. */
import type { Gateway, Person, Role } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'

/** A gateway on the network. Members throw CallError. */
export interface RemoteGateway {
  readonly record: {
    readonly id: string
    readonly name: string
    readonly address: string
    readonly fingerprint: string
    readonly technician: string
    readonly personId: string
    readonly roles: Role[]
  }
  readonly state: Gateway['state']
  readonly readOnly?: Gateway['readOnly']
  thumbprint(): Promise<string>
  people(): Promise<{
    people: (Omit<Person, 'isMe' | 'deviceKeys' | 'disabledAt'> & {
      deviceKeys: { thumbprint: string; addedAt: string }[]
      disabledAt?: string | undefined
    })[]
    invitations: { id: string; name: string; roles: Role[]; createdAt: string; expiresAt: string }[]
  }>
  invite(invite: { name: string; roles: Role[] }): Promise<{ code: string; expiresAt: string }>
  inviteConsole(personId: string): Promise<{ code: string; expiresAt: string }>
  withdrawInvitation(id: string): Promise<void>
  changePerson(id: string, change: { roles?: Role[]; disabled?: boolean }): Promise<void>
  removeDeviceKey(id: string, thumbprint: string): Promise<void>
  renewDeviceKey(): Promise<void>
}

export interface JoinedGateways {
  preview(code: string): { name: string; address: string; fingerprint: string; joinedAs?: string }
  join(code: string): Promise<{ gatewayId: string }>
  leave(id: string): Promise<void>
  list(): RemoteGateway[]
  get(id: string): RemoteGateway
}

type Names =
  | 'account.previewInvitation'
  | 'account.joinGateway'
  | 'account.gateways'
  | 'account.leaveGateway'
  | 'account.renewDeviceKey'
  | 'account.people'
  | 'account.invite'
  | 'account.inviteConsole'
  | 'account.withdrawInvitation'
  | 'account.changePerson'
  | 'account.removeDeviceKey'

export function createGatewayCalls(
  joined: JoinedGateways,
  desk: { id: string; name: string; technician: string },
): Pick<HandlersOf<'account'>, Names> {
  /** The desk's gateway has one person: whoever sits at it. */
  function get(gatewayId: string): RemoteGateway {
    if (gatewayId === desk.id) throw new CallError({ tag: 'notAllowed', part: 'permission', allowed: '' })
    return joined.get(gatewayId)
  }

  return {
    'account.previewInvitation'({ code }) {
      const { name, address, fingerprint, joinedAs } = joined.preview(code)
      return { name, address, fingerprint, ...(joinedAs !== undefined && { joinedAs }) }
    },
    'account.joinGateway': ({ code }) => joined.join(code),
    'account.gateways': () => ({
      gateways: [
        { ...desk, isDesk: true, roles: ['gatewayAdmin'], state: 'connected' },
        ...joined.list().map(({ record, state, readOnly }) => ({ ...record, isDesk: false, state, ...(readOnly && { readOnly }) })),
      ],
    }),
    async 'account.leaveGateway'({ gatewayId }) {
      get(gatewayId)
      await joined.leave(gatewayId)
      return {}
    },
    async 'account.renewDeviceKey'({ gatewayId }) {
      await get(gatewayId).renewDeviceKey()
      return {}
    },
    async 'account.people'({ gatewayId }) {
      const gateway = get(gatewayId)
      const [{ people, invitations }, mine] = await Promise.all([gateway.people(), gateway.thumbprint()])
      return {
        people: people.map((person) => ({
          ...person,
          isMe: person.id === gateway.record.personId,
          deviceKeys: person.deviceKeys.map((key) => ({ ...key, isThisConsole: key.thumbprint === mine })),
        })),
        invitations,
      }
    },
    async 'account.invite'({ gatewayId, name, roles }) {
      const { code, expiresAt } = await get(gatewayId).invite({ name, roles })
      return { code, expiresAt }
    },
    async 'account.inviteConsole'({ gatewayId, personId }) {
      const { code, expiresAt } = await get(gatewayId).inviteConsole(personId)
      return { code, expiresAt }
    },
    async 'account.withdrawInvitation'({ gatewayId, invitationId }) {
      await get(gatewayId).withdrawInvitation(invitationId)
      return {}
    },
    async 'account.changePerson'({ gatewayId, personId, roles, disabled }) {
      await get(gatewayId).changePerson(personId, { ...(roles && { roles }), ...(disabled !== undefined && { disabled }) })
      return {}
    },
    async 'account.removeDeviceKey'({ gatewayId, personId, thumbprint }) {
      await get(gatewayId).removeDeviceKey(personId, thumbprint)
      return {}
    },
  }
}
