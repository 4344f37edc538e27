/**
 * The text of an invitation: "GATE-" and base32 in groups; of a machine's enrolment: "MACH-" and the same, with a check of its own, so that neither is
 * ever taken for the other. It says where the gateway is and by what to know it, so that nothing has to be believed
 * that comes over the network, and holds the secret that lets one person in. Its last bytes are check digits: a mistyped code is told from a
 * refused one without asking anybody.
 */
import { createHash } from 'node:crypto'
import { fromBase32, toBase32 } from './base32.ts'

export interface InvitationCode {
  /** 16 random bytes. */
  secret: Uint8Array
  /** Of the gateway's key, as gateway/identity.ts writes it. */
  fingerprint: string
  /** SHA-256 of the TLS certificate's public key (SubjectPublicKeyInfo), 32 bytes. */
  pin: Uint8Array
  /** "gate.example.org:8443" */
  address: string
  /** The gateway's own name, 60 bytes at most. */
  name: string
  /** F-98: beside the pinned key, a certificate counts that an authority of the console's computer vouches for. */
  byAuthority?: boolean
}

const version = 1
/** The same parts, of a gateway that is known by authorities too. */
const versionByAuthority = 2
const secretBytes = 16
const digestBytes = 32
const checkBytes = 4
const headBytes = 1 + secretBytes + 2 * digestBytes
const groupLength = 5
const longestCode = 1000
const longestPart = 255

type Kind = 'invitation' | 'enrolment'
const prefixOf: Record<Kind, string> = { invitation: 'GATE', enrolment: 'MACH' }

/** Throws RangeError when a part is not as long as it has to be. */
export function encodeInvitation(code: InvitationCode): string {
  return encode('invitation', code)
}

/** For a machine's agent (POST /v1/agent/enrol). Throws RangeError when a part is not as long as it has to be. */
export function encodeEnrolment(code: InvitationCode): string {
  return encode('enrolment', code)
}

/** Takes lower case, other spaces and hyphens, and the usual misreadings (0, 1 and 8); undefined when anything of it is not right. */
export function decodeInvitation(code: string): InvitationCode | undefined {
  return decode('invitation', code)
}

/** As decodeInvitation, for the code of a machine's enrolment. */
export function decodeEnrolment(code: string): InvitationCode | undefined {
  return decode('enrolment', code)
}

function encode(kind: Kind, { secret, fingerprint, pin, address, name, byAuthority = false }: InvitationCode): string {
  const key = fromFingerprint(fingerprint)
  if (secret.length !== secretBytes || pin.length !== digestBytes || key === undefined) throw new RangeError('a part has another length')
  const rest = [address, name].map((text) => Buffer.from(text, 'utf8'))
  if (rest.some((part) => part.length > longestPart)) throw new RangeError('the address or name is too long')
  const parts = [
    Buffer.of(byAuthority ? versionByAuthority : version),
    secret,
    key,
    pin,
    ...rest.flatMap((part) => [Buffer.of(part.length), part]),
  ]
  const body = Buffer.concat(parts)
  const text = toBase32(Buffer.concat([body, checkOf(kind, body)]))
  return [prefixOf[kind], ...(text.match(new RegExp(`.{1,${groupLength}}`, 'g')) ?? [])].join('-')
}

function decode(kind: Kind, code: string): InvitationCode | undefined {
  if (code.length > 2 * longestCode) return undefined
  const plain = code.replaceAll(/[\s\p{Dash}]/gu, '').toUpperCase()
  const prefix = prefixOf[kind]
  if (!plain.startsWith(prefix) || plain.length > longestCode) return undefined
  const bytes = fromBase32(plain.slice(prefix.length).replaceAll('0', 'O').replaceAll('1', 'I').replaceAll('8', 'B'))
  if (bytes === undefined || bytes.length < headBytes + 2 + checkBytes) return undefined
  const byAuthority = bytes[0] === versionByAuthority
  if (!byAuthority && bytes[0] !== version) return undefined
  const body = bytes.subarray(0, -checkBytes)
  if (!checkOf(kind, body).equals(bytes.subarray(-checkBytes))) return undefined
  const [address, afterAddress] = textAt(body, headBytes)
  const [name, end] = textAt(body, afterAddress)
  if (end !== body.length || address === '') return undefined
  return {
    secret: body.subarray(1, 1 + secretBytes),
    fingerprint: toFingerprint(body.subarray(1 + secretBytes, 1 + secretBytes + digestBytes)),
    pin: body.subarray(headBytes - digestBytes, headBytes),
    address,
    name,
    ...(byAuthority && { byAuthority }),
  }
}

function textAt(bytes: Buffer, at: number): [text: string, end: number] {
  const end = at + 1 + (bytes[at] ?? 0)
  return [bytes.toString('utf8', at + 1, end), end]
}

function checkOf(kind: Kind, body: Uint8Array): Buffer {
  return createHash('sha256').update(`gatehouse ${kind}`).update(body).digest().subarray(0, checkBytes)
}

/** As gateway/identity.ts writes it: for a raw Ed25519 public key, base64url. */
export function fingerprintOf(x: string): string {
  return toFingerprint(createHash('sha256').update(Buffer.from(x, 'base64url')).digest())
}

function toFingerprint(digest: Uint8Array): string {
  return (toBase32(digest).match(/.{4}/g) ?? []).join('-')
}

function fromFingerprint(text: string): Buffer | undefined {
  const digest = fromBase32(text.replaceAll('-', ''))
  return digest?.length === digestBytes ? digest : undefined
}
