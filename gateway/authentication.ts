/**
 * Who calls: the proof of a request, judged (gateway/contract/proof.ts). Nothing in a proof is believed before its signature is; the algorithm is
 * ours, not the token's (RFC 8725).
 */
import { createPublicKey, randomBytes } from 'node:crypto'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { bodyDigest, ProofClaims, ProofHeader, thumbprintOf } from './contract/proof.ts'
import type { DeviceJwk } from './contract/proof.ts'
import { createReplays } from './people/replays.ts'
import type { Proofs } from './people/replays.ts'

/** Why a proof is not taken. For counting and the log; who sent it is never told. */
export type Distrust = 'none' | 'malformed' | 'unknownKey' | 'signature' | 'otherRequest' | 'otherGateway' | 'time' | 'nonce' | 'replay'

export interface ProvedRequest {
  method: string
  /** Path and query as they were sent. */
  target: string
  proof: string | undefined
  body: () => Promise<Uint8Array>
}

export type Judged<Owner> = { ok: true; owner: Owner } | { ok: false; distrust: Distrust }

export interface Authentication {
  readonly nonce: string
  /** `owner` finds whose key it is; a proof with the key in its header is `fresh`: nobody's yet. */
  judge<Owner>(
    request: ProvedRequest,
    owner: (key: { thumbprint: string; fresh?: DeviceJwk }) => Promise<(Owner & { x: string }) | undefined>,
  ): Promise<Judged<Owner>>
}

const tolerancesMs = 60_000
/** For how long a used proof has to be remembered: one from the future is good for twice the tolerance. */
export const proofsKeptMs = 2 * tolerancesMs + 1000
const longestProof = 4000

/** Of this run: a proof that was made for an earlier one, whose replays nobody remembers, is not good. */
function proofsOfThisRun(): Proofs {
  return { nonce: randomBytes(16).toString('base64url'), ...createReplays(proofsKeptMs) }
}

/** `gatewayId` is what a proof's `aud` has to be. */
export function createAuthentication(gatewayId: string, now: () => number, proofs = proofsOfThisRun()): Authentication {
  const { nonce } = proofs

  return {
    nonce,
    async judge({ method, target, proof, body }, owner) {
      if (proof === undefined) return no('none')
      const header = readHeader(proof)
      if (header === undefined) return no('malformed')
      const fresh = 'jwk' in header ? header.jwk : undefined
      const thumbprint = 'jwk' in header ? thumbprintOf(header.jwk) : header.kid
      const found = await owner({ thumbprint, ...(fresh && { fresh }) })
      if (found === undefined) return no('unknownKey')
      const payload = await verify(proof, found.x)
      if (payload === undefined) return no('signature')
      const claims = readClaims(payload)
      if (claims === undefined) return no('malformed')
      if (claims.aud !== gatewayId) return no('otherGateway')
      if (claims.nonce !== nonce) return no('nonce')
      if (claims.htm !== method || claims.htu !== target) return no('otherRequest')
      // Whole seconds: one that is 60 s off is good, one of 61 s is not.
      if (Math.abs(claims.iat - Math.floor(now() / 1000)) * 1000 > tolerancesMs) return no('time')
      if (claims.bd !== bodyDigest(await body())) return no('otherRequest')
      if (!(await proofs.use(thumbprint, claims.jti, now()))) return no('replay')
      return { ok: true, owner: found }
    },
  }
}

const no = (distrust: Distrust) => ({ ok: false, distrust }) as const

function readHeader(proof: string) {
  if (proof.length > longestProof) return undefined
  try {
    return ProofHeader.safeParse(decodeProtectedHeader(proof)).data
  } catch {
    // jose throws for what is no JWS.
    return undefined
  }
}

async function verify(proof: string, x: string): Promise<Uint8Array | undefined> {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return (await compactVerify(proof, key, { algorithms: ['EdDSA'] })).payload
  } catch {
    // Another key's signature, or a point that is none.
    return undefined
  }
}

function readClaims(payload: Uint8Array): ProofClaims | undefined {
  try {
    return ProofClaims.safeParse(JSON.parse(Buffer.from(payload).toString('utf8'))).data
  } catch {
    return undefined
  }
}
