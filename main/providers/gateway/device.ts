/** The key by which one gateway knows this console: Ed25519, kept in the keychain as PKCS #8 (base64), and never told to anybody. */
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { CompactSign } from 'jose'
import type { DecisionClaims } from '../../../gateway/contract/challenges.ts'
import { DeviceJwk, thumbprintOf, type ProofClaims } from '../../../gateway/contract/proof.ts'

export interface Device {
  readonly jwk: DeviceJwk
  readonly thumbprint: string
  /** A compact JWS over the claims and a fresh `jti`. `isFresh`: the gateway cannot know the key yet, so it goes along. */
  prove(claims: Omit<ProofClaims, 'jti'>, isFresh?: boolean): Promise<string>
  /** A compact JWS over a decision on a sign-in challenge. */
  decide(claims: DecisionClaims): Promise<string>
}

/** A new key, as it is kept. */
export function makeDeviceKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
}

/** Throws when `kept` is no Ed25519 key. */
export function openDevice(kept: string): Device {
  const key = createPrivateKey({ key: Buffer.from(kept, 'base64'), type: 'pkcs8', format: 'der' })
  const { kty, crv, x } = key.export({ format: 'jwk' })
  const jwk = DeviceJwk.parse({ kty, crv, x })
  const thumbprint = thumbprintOf(jwk)
  return {
    jwk,
    thumbprint,
    prove(claims, isFresh = false) {
      const proof: ProofClaims = { ...claims, jti: randomBytes(16).toString('base64url') }
      return new CompactSign(Buffer.from(JSON.stringify(proof)))
        .setProtectedHeader({ alg: 'EdDSA', typ: 'gatehouse-proof', ...(isFresh ? { jwk } : { kid: thumbprint }) })
        .sign(key)
    },
    decide(claims) {
      return new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'EdDSA', typ: 'gatehouse-decision', kid: thumbprint })
        .sign(key)
    },
  }
}
