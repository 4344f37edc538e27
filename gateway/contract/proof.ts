/**
 * The proof that every request carries: a compact JWS (RFC 7515) signed by the console's device key over the method, the path with its query, the
 * digest of the body, the time, and two values that make it good for once: `jti`, and the `nonce` of the gateway's run. After RFC 9449 (DPoP), with
 * the path instead of the whole URL, since a proxy may know the gateway by another address; `aud` says which gateway is meant.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'

export const proofHeader = 'gatehouse-proof'
/** In every refusal of an unknown caller: the nonce of the gateway's run. Beside it, `date` tells the gateway's time. */
export const nonceHeader = 'gatehouse-nonce'

export const joinPath = '/v1/people/join'
/** What only machines' agents may call, and nothing else is theirs. */
export const agentPaths = '/v1/agent/'
export const enrolPath = '/v1/agent/enrol'

/** An Ed25519 public key (RFC 8037). */
export const DeviceJwk = z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().regex(/^[\w-]{43}$/) })
export type DeviceJwk = z.infer<typeof DeviceJwk>

/** `jwk` is there where the gateway cannot know the key yet; else `kid` is the key's RFC 7638 thumbprint. */
export const ProofHeader = z.union([
  z.strictObject({ alg: z.literal('EdDSA'), typ: z.literal('gatehouse-proof'), kid: z.string().regex(/^[\w-]{43}$/) }),
  z.strictObject({ alg: z.literal('EdDSA'), typ: z.literal('gatehouse-proof'), jwk: DeviceJwk }),
])

export const ProofClaims = z.strictObject({
  htm: z.string().max(10),
  htu: z.string().max(8192),
  /** SHA-256 of the body, base64url; of no bytes when there is no body. */
  bd: z.string().length(43),
  /** Seconds since the epoch. */
  iat: z.int(),
  jti: z.string().min(16).max(64),
  aud: z.string().max(128),
  nonce: z.string().max(64),
})
export type ProofClaims = z.infer<typeof ProofClaims>

export function bodyDigest(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64url')
}

/** RFC 7638, SHA-256. */
export function thumbprintOf({ crv, kty, x }: DeviceJwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
}
