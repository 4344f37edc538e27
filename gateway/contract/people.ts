/** People, their consoles' keys, and invitations, as the API has them (GTW-4). */
import { z } from '@hono/zod-openapi'
import { Role } from '../api.ts'
import { DeviceJwk } from './proof.ts'

const Roles = z.array(Role).min(1).max(5)
/** A name in the log must be one line, and nobody may look like somebody else by its spaces. */
const PersonName = z.string().max(80)

/** Keys are told by their RFC 7638 thumbprints (SHA-256). */
export const Person = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(Role),
  deviceKeys: z.array(z.object({ thumbprint: z.string(), addedAt: z.iso.datetime() })),
  createdAt: z.iso.datetime(),
  disabledAt: z.iso.datetime().optional(),
})
export type Person = z.infer<typeof Person>

export const Invitation = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(Role),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
})
export type Invitation = z.infer<typeof Invitation>

/** GET /v1/people : everyone, and the invitations that nobody has used yet. */
export const People = z.object({ people: z.array(Person), invitations: z.array(Invitation) })

/** POST /v1/invitations. `validFor` is seven days at most, and three when it is not told. */
export const Invite = z.strictObject({ name: PersonName, roles: Roles, validFor: z.string().max(40).optional() })
export type Invite = z.infer<typeof Invite>
/** The code is in this answer alone. */
export const Invited = z.object({ id: z.string(), code: z.string(), expiresAt: z.iso.datetime() })

/** POST /v1/people/join : with the secret of the invitation (base64url), proved by the key in the proof's header. */
export const Join = z.strictObject({ secret: z.string().regex(/^[\w-]{22}$/) })
/** GET /v1/me : who the caller is. `statement`: see GatewayStatement. */
export const Me = z.object({ id: z.string(), name: z.string(), roles: z.array(Role), statement: z.string() })
export type Me = z.infer<typeof Me>

/** What a compact JWS (EdDSA, the gateway's key in `jwk`) says to one console: by which TLS keys to know the gateway now and next. */
export const GatewayStatement = z.object({
  gateway: z.string(),
  name: z.string(),
  /** The thumbprint of the key that asked. */
  aud: z.string(),
  iat: z.int(),
  /** SHA-256 of SubjectPublicKeyInfo, base64url. The first is in use. */
  pins: z.array(z.string().length(43)).min(1).max(4),
  /** As in InvitationCode. */
  byAuthority: z.boolean().optional(),
})
export type GatewayStatement = z.infer<typeof GatewayStatement>
export const StatementHeader = z.object({ alg: z.literal('EdDSA'), typ: z.literal('gatehouse-statement'), jwk: DeviceJwk })

/** PUT /v1/people/{id} */
export const ChangePerson = z.strictObject({ roles: Roles.optional(), disabled: z.boolean().optional() })
export type ChangePerson = z.infer<typeof ChangePerson>

/** POST /v1/me/key : `proof` is a compact JWS like a request's proof, signed by the new key, for this path and no body. */
export const ReplaceKey = z.strictObject({ jwk: DeviceJwk, proof: z.string().max(4000) })
