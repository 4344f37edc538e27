/**
 * Signed notes (C2SP signed-note) with Ed25519: a text, an empty line, and a line per signature. What other logs and witnesses in the world read
 * and write, so that their tools work on ours.
 */
import { createPublicKey, hash, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** A key by which a note can be checked. Its name is the log's origin. */
export interface NoteKey {
  name: string
  /** 32 bytes, RFC 8032. */
  publicKey: Buffer
}

const ed25519 = 1
// The specification asks for 16 signatures at least and a limit at all.
const mostSignatures = 32
const name = /^[^\s+]+$/u
const signatureLine = /^\u2014 (?<name>[^\s+]+) (?<signature>[A-Za-z0-9+/=]+)$/u

/** The note: this text, which must end with a new line, signed. */
export function signNote(text: string, keyName: string, privateKey: KeyObject): string {
  const id = keyId({ name: keyName, publicKey: rawPublicKey(createPublicKey(privateKey)) })
  const signature = sign(null, Buffer.from(text), privateKey)
  return `${text}\n\u2014 ${keyName} ${Buffer.concat([id, signature]).toString('base64')}\n`
}

/** The note's text, or undefined when it is no note or this key did not sign it. Signatures of others are passed over. */
export function openNote(note: string, key: NoteKey): string | undefined {
  const textEnd = note.lastIndexOf('\n\n') + 1
  // oxlint-disable-next-line no-control-regex -- the specification forbids exactly these
  if (textEnd === 0 || !note.endsWith('\n') || !note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(note)) return undefined
  const text = note.slice(0, textEnd)
  const lines = note.slice(textEnd + 1, -1).split('\n')
  if (lines.length > mostSignatures) return undefined
  let isSigned = false
  for (const line of lines) {
    const match = signatureLine.exec(line)?.groups
    const bytes = fromBase64(match?.['signature'] ?? '')
    if (match === undefined || bytes === undefined || bytes.length < 5) return undefined
    if (match['name'] !== key.name || !bytes.subarray(0, 4).equals(keyId(key))) continue
    // A bad signature by a key that is known spoils the note, whatever else is on it.
    if (!verify(null, Buffer.from(text), toPublicKey(key.publicKey), bytes.subarray(4))) return undefined
    isSigned = true
  }
  return isSigned ? text : undefined
}

/** The key as text: name, key id and key (`name+hex+base64`), as Go's sumdb/note and the C2SP tools write it. */
export function formatKey(key: NoteKey): string {
  return `${key.name}+${keyId(key).toString('hex')}+${Buffer.concat([Buffer.of(ed25519), key.publicKey]).toString('base64')}`
}

/** undefined for what is no such text, or of another kind of key, or whose id is not its key's. */
export function parseKey(text: string): NoteKey | undefined {
  const [keyName = '', id, ...rest] = text.split('+')
  const bytes = fromBase64(rest.join('+'))
  if (!name.test(keyName) || bytes?.length !== 33 || bytes[0] !== ed25519) return undefined
  const key = { name: keyName, publicKey: bytes.subarray(1) }
  return keyId(key).toString('hex') === id ? key : undefined
}

/** The 32 bytes of an Ed25519 key; of a private one, its public half. */
export function rawPublicKey(key: KeyObject): Buffer {
  const { crv, x } = key.export({ format: 'jwk' })
  if (crv !== 'Ed25519' || x === undefined) throw new TypeError('not an Ed25519 key')
  return Buffer.from(x, 'base64url')
}

/** Base64 (RFC 4648, section 4) in its one canonical form; undefined for anything else, so that no two texts mean the same bytes. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

function toPublicKey(raw: Buffer): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' })
}

function keyId(key: NoteKey): Buffer {
  const encoded = Buffer.concat([Buffer.from(`${key.name}\n`), Buffer.of(ed25519), key.publicKey])
  return hash('sha256', encoded, 'buffer').subarray(0, 4)
}
