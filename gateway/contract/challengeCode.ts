/**
 * The text in a sign-in challenge's QR code: `GATEHOUSE1:` and base32 (RFC 4648, no padding) of the gateway's id, the challenge's id, the nonce and a
 * check. Upper-case letters and digits alone, so that QR's alphanumeric mode keeps the picture small. Opaque: nothing in it is shown, and nothing in
 * it says where to connect; a console asks only a gateway that it knows already.
 *
 *     gateway 8 bytes (the first of SHA-256 of its public key) | challenge 10 | nonce 16 | check 4 (the first of SHA-256 of prefix and the rest)
 */
import { createHash } from 'node:crypto'
import { fromBase32, toBase32 } from './base32.ts'

const codePrefix = 'GATEHOUSE1:'
/** A code is 72 characters; room for how people type and paste. */
const longestText = 400

export interface ChallengeCode {
  /** Base32 of the gateway's mark: which of the known gateways to ask. Absent in a short code. */
  gateway?: string
  challengeId: string
  /** Absent in a short code. */
  nonce?: string
}

const gatewayBytes = 8
const idBytes = 10
const nonceBytes = 16
const checkBytes = 4
const shortCode = /^[A-Z2-7]{16}$/

/** Throws RangeError when a part is not as long as it has to be. */
export function encodeChallenge(gateway: Uint8Array, id: Uint8Array, nonce: Uint8Array): string {
  if (gateway.length !== gatewayBytes || id.length !== idBytes || nonce.length !== nonceBytes) {
    throw new RangeError('a part has another length')
  }
  const body = Buffer.concat([gateway, id, nonce])
  return codePrefix + toBase32(Buffer.concat([body, checkOf(body)]))
}

/**
 * What a text that was read or typed is: a code, a short code (the id alone, in any grouping, with the usual misreadings 0, 1 and 8), `damaged` when it
 * begins like a code of ours and its check does not hold, undefined for anything else.
 */
export function decodeChallenge(text: string): ChallengeCode | 'damaged' | undefined {
  if (text.length > longestText) return undefined
  const plain = text.replaceAll(/[\s\p{Dash}]/gu, '').toUpperCase()
  const typed = plain.replaceAll('0', 'O').replaceAll('1', 'I').replaceAll('8', 'B')
  if (shortCode.test(typed)) return { challengeId: typed }
  if (!plain.startsWith(codePrefix)) return undefined
  const bytes = fromBase32(plain.slice(codePrefix.length))
  const length = gatewayBytes + idBytes + nonceBytes
  if (bytes === undefined || bytes.length !== length + checkBytes) return 'damaged'
  const body = bytes.subarray(0, length)
  if (!checkOf(body).equals(bytes.subarray(length))) return 'damaged'
  return {
    gateway: toBase32(body.subarray(0, gatewayBytes)),
    challengeId: toBase32(body.subarray(gatewayBytes, gatewayBytes + idBytes)),
    nonce: toBase32(body.subarray(gatewayBytes + idBytes)),
  }
}

/** The id as people type it: in groups of four. */
export function toShortCode(challengeId: string): string {
  return (challengeId.match(/.{4}/g) ?? []).join('-')
}

/** Which gateway a code means, from the gateway's raw Ed25519 public key (32 bytes). */
export function gatewayMark(publicKey: Uint8Array): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, gatewayBytes)
}

function checkOf(body: Uint8Array): Buffer {
  return createHash('sha256').update(codePrefix).update(body).digest().subarray(0, checkBytes)
}
