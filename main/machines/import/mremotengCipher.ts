/**
 * The encryption of a whole confCons.xml, as mRemoteNG does it (Security/SymmetricEncryption/AeadCryptographyProvider.cs): Base64 of a salt, a
 * nonce, the ciphertext and its tag; AES-256-GCM, the key by PBKDF2 with HMAC-SHA1, the salt being authenticated too.
 */
import { createDecipheriv, pbkdf2Sync } from 'node:crypto'
import { CallError } from '../../callError.ts'
import type { Sealed } from './mremoteng.ts'

/** mRemoteNG's own settings end at 50,000. This many are done within a second or two on any computer, where a file may ask for days (F-35). */
const mostIterations = 1_000_000
const saltBytes = 16
const nonceBytes = 16
const tagBytes = 16
/** What mRemoteNG takes where the person chose no password. */
const usualPassword = 'mR3m'

/** undefined: not with this password; without one, the file has one. Throws CallError badFile for what is not encrypted as above. */
export function decryptDocument(
  sealed: Pick<Sealed, 'engine' | 'mode' | 'iterations' | 'line' | 'text'>,
  password = usualPassword,
): string | undefined {
  const { engine, mode, line } = sealed
  const refuse = (problem: string) => new CallError({ tag: 'badFile', line, problem })
  if (engine !== 'AES' || mode !== 'GCM') throw refuse('otherCipher')
  const iterations = /^[0-9]{1,10}$/.test(sealed.iterations) ? Number(sealed.iterations) : 0
  if (iterations < 1 || iterations > mostIterations) throw refuse('tooManyIterations')
  const bytes = Buffer.from(sealed.text, 'base64')
  if (bytes.length <= saltBytes + nonceBytes + tagBytes) throw refuse('otherCipher')

  const salt = bytes.subarray(0, saltBytes)
  const nonce = bytes.subarray(saltBytes, saltBytes + nonceBytes)
  // PKCS #5 there takes the low byte of each character, which is what this encoding does.
  const key = pbkdf2Sync(Buffer.from(password, 'latin1'), salt, iterations, 32, 'sha1')
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
      .setAAD(salt)
      .setAuthTag(bytes.subarray(-tagBytes))
    const plain = Buffer.concat([cipher.update(bytes.subarray(saltBytes + nonceBytes, -tagBytes)), cipher.final()])
    return plain.toString('utf8')
  } catch {
    return undefined
  } finally {
    key.fill(0)
  }
}
