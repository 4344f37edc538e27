/** Compact JWS (RFC 7515) with Ed25519 by node:crypto alone: what the agent signs, and what its gateway signs for it. */
import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { fingerprintOf } from '../contract/invitationCode.ts'
import { GatewayStatement, StatementHeader } from '../contract/people.ts'
import { DeviceJwk, thumbprintOf, type ProofClaims } from '../contract/proof.ts'

export interface MachineKey {
  readonly thumbprint: string
  /** A proof (contract/proof.ts). `isFresh`: the gateway cannot know the key yet, so it goes along. */
  prove(claims: Omit<ProofClaims, 'jti'>, isFresh?: boolean): string
}

/** Throws for a key that is not Ed25519. */
export function toMachineKey(key: KeyObject): MachineKey {
  const { kty, crv, x } = createPublicKey(createPrivateKey(key.export({ type: 'pkcs8', format: 'pem' }))).export({ format: 'jwk' })
  const jwk = DeviceJwk.parse({ kty, crv, x })
  const thumbprint = thumbprintOf(jwk)
  return {
    thumbprint,
    prove(claims, isFresh = false) {
      const header = { alg: 'EdDSA', typ: 'gatehouse-proof', ...(isFresh ? { jwk } : { kid: thumbprint }) }
      const text = [header, { ...claims, jti: randomBytes(16).toString('base64url') }].map(encode).join('.')
      return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
    },
  }
}

/** What the gateway says of its TLS keys; undefined unless the key with this fingerprint signed it, for this machine. */
export function readStatement(jws: string, fingerprint: string, thumbprint: string): GatewayStatement | undefined {
  const [head = '', body = '', signature = ''] = jws.split('.')
  const header = StatementHeader.safeParse(decode(head)).data
  if (!header || fingerprintOf(header.jwk.x) !== fingerprint) return undefined
  const key = createPublicKey({ key: header.jwk, format: 'jwk' })
  if (!verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return undefined
  const statement = GatewayStatement.safeParse(decode(body)).data
  return statement?.gateway === fingerprint && statement.aud === thumbprint ? statement : undefined
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
