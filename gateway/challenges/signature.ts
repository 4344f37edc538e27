/** A decision as it was signed by a device key: judged by the gateway, and kept in the log for whoever wants to judge it again (APR-5). */
import { createPublicKey, timingSafeEqual } from 'node:crypto'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { DecisionClaims, DecisionHeader } from '../contract/challenges.ts'

const toleranceMs = 60_000

export interface Signer {
  thumbprint: string
  /** The public key, base64url. */
  x: string
}

/** undefined: it is not signed by this key, is for another gateway or challenge, is of another time, or is no decision at all. */
export async function readDecision(
  signature: string,
  signer: Signer,
  about: { gatewayId: string; challengeId: string; nowMs: number },
): Promise<DecisionClaims | undefined> {
  try {
    const header = DecisionHeader.parse(decodeProtectedHeader(signature))
    if (header.kid !== signer.thumbprint) return undefined
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signer.x }, format: 'jwk' })
    const { payload } = await compactVerify(signature, key, { algorithms: ['EdDSA'] })
    const claims = DecisionClaims.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
    const isOfNow = Math.abs(claims.iat - Math.floor(about.nowMs / 1000)) * 1000 <= toleranceMs
    const isMeant = claims.gateway === about.gatewayId && claims.challenge === about.challengeId
    // A number belongs to an approval, and an approval to a number.
    return isOfNow && isMeant && (claims.number !== undefined) === (claims.decision === 'approve') ? claims : undefined
  } catch {
    // Whatever it is, it is no decision of this key.
    return undefined
  }
}

/** In a time that says nothing of where they differ. */
export function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
