/**
 * How recordings are encrypted: chunks by AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015, as in age and Tink).
 * A chunk's nonce says which one it is and whether it is the last, so one that was moved, left out, added or cut off does not open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

export const keyBytes = 32
export const prefixBytes = 7
export const tagBytes = 16
const nonceBytes = 12
export const wrappedBytes = nonceBytes + keyBytes + tagBytes

/** A file's own key, and the random beginning of its nonces. */
export interface FileKey {
  key: Buffer
  prefix: Buffer
}

export function newFileKey(): FileKey {
  return { key: randomBytes(keyBytes), prefix: randomBytes(prefixBytes) }
}

/** The file's key under the console's. `about` is what it is bound to: the rest of the file's beginning. */
export function wrapKey(master: Buffer, key: Buffer, about: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes)
  return Buffer.concat([nonce, seal(master, nonce, key, about)])
}

/** Undefined: not wrapped by this key, or not for this file. */
export function unwrapKey(master: Buffer, wrapped: Buffer, about: Buffer): Buffer | undefined {
  return open(master, wrapped.subarray(0, nonceBytes), wrapped.subarray(nonceBytes), about)
}

export function sealChunk(file: FileKey, index: number, isLast: boolean, plain: Buffer): Buffer {
  return seal(file.key, nonceOf(file, index, isLast), plain)
}

/** Undefined: it is not what was written at this place. */
export function openChunk(file: FileKey, index: number, isLast: boolean, sealed: Buffer): Buffer | undefined {
  return open(file.key, nonceOf(file, index, isLast), sealed)
}

function nonceOf({ prefix }: FileKey, index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(nonceBytes)
  prefix.copy(nonce)
  nonce.writeUInt32BE(index, prefixBytes)
  nonce.writeUInt8(isLast ? 1 : 0, nonceBytes - 1)
  return nonce
}

function seal(key: Buffer, nonce: Buffer, plain: Buffer, about?: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  if (about) cipher.setAAD(about)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function open(key: Buffer, nonce: Buffer, sealed: Buffer, about?: Buffer): Buffer | undefined {
  if (sealed.length < tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  if (about) decipher.setAAD(about)
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()])
  } catch {
    return undefined
  }
}
