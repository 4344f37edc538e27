import { z } from 'zod'

/** POL-5: a person may have several roles. `viewer` reads; `gatewayAdmin` may do everything. */
export const Role = z.enum(['viewer', 'requester', 'approver', 'policyAdmin', 'gatewayAdmin'])
export type Role = z.infer<typeof Role>

export const GatewayId = z.string().max(64)

/** What an invitation says, before anything is sent anywhere. The technician compares `fingerprint` with what the gateway's operator tells. */
export const InvitationPreview = z.object({
  /** The gateway's own name. */
  name: z.string(),
  /** "gate.example.org:8443" */
  address: z.string(),
  /** Of the gateway's key: "SHA256:" and 43 characters. */
  fingerprint: z.string(),
  /** This console is with that gateway already, under this id. */
  joinedAs: GatewayId.optional(),
})
export type InvitationPreview = z.infer<typeof InvitationPreview>

/** A gateway that this console works with. The desk's own is embedded: it has no address, nobody can be invited, and it cannot be left. */
export const Gateway = z.object({
  /** The same as `provider.id` of a machine. */
  id: GatewayId,
  name: z.string(),
  isDesk: z.boolean(),
  address: z.string().optional(),
  fingerprint: z.string().optional(),
  /** Who this console is there, and what this person may do there as the gateway last told. */
  technician: z.string(),
  roles: z.array(Role),
  /**
   * `offline`: it could not be reached at the last try. `untrusted`: it did not show its own key. `notKnown`: it does not take this console
   * (any more): the person was disabled or this console's key was removed.
   */
  state: z.enum(['connected', 'offline', 'untrusted', 'notKnown']),
  /** F-103: it and this console are of versions too far apart, so that nothing is changed there. */
  readOnly: z.enum(['gatewayNewer', 'gatewayOlder']).optional(),
})
export type Gateway = z.infer<typeof Gateway>

/** A key of one console of a person. `thumbprint`: RFC 7638, SHA-256. */
export const DeviceKey = z.object({ thumbprint: z.string(), addedAt: z.iso.datetime(), isThisConsole: z.boolean() })

export const Person = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(Role),
  deviceKeys: z.array(DeviceKey),
  createdAt: z.iso.datetime(),
  /** Absent: not disabled. */
  disabledAt: z.iso.datetime().optional(),
  isMe: z.boolean(),
})
export type Person = z.infer<typeof Person>

/** An invitation that nobody has used yet. Its code was shown once and is nowhere kept. */
export const Invitation = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(Role),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
})
export type Invitation = z.infer<typeof Invitation>
