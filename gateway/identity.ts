/**
 * The gateway's own key: an Ed25519 key that it makes at its first start and is known by from then on. It signs the log's checkpoints, and people
 * compare its fingerprint when they are invited. It is never made anew when the one that is kept cannot be read.
 */
import { createPrivateKey, generateKeyPairSync, hash } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { open, readFile, stat } from 'node:fs/promises'
import { rawPublicKey } from './log/note.ts'

/** Where the key is kept: the person's keychain when the gateway is embedded, a file of the server's own else. Text, one line. */
export interface GatewayKeyStore {
  /** undefined: none was kept yet. Throws when it cannot be known. */
  read(): Promise<string | undefined>
  /** Throws when it is not kept for certain. */
  write(secret: string): Promise<void>
}

/** The key that is kept, or a new one that is from now on. Throws what the store throws, and TypeError when what is kept is no Ed25519 key. */
export async function loadGatewayKey(keyStore: GatewayKeyStore): Promise<KeyObject> {
  const kept = await keyStore.read()
  if (kept !== undefined) return parsePrivateKey(kept)
  const { privateKey } = generateKeyPairSync('ed25519')
  await keyStore.write(privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'))
  return privateKey
}

/** A file for the key, for a gateway that is a service: readable by its owner alone, and never overwritten. */
export function keyFile(path: string): GatewayKeyStore {
  return {
    async read() {
      try {
        const { mode } = await stat(path)
        // SECURITY: who can read this key can sign another log in our name. Windows has no such bits; there the folder's rights decide.
        if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new Error(`others can read the key file: ${path}`)
        return (await readFile(path, 'utf8')).trim()
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
    async write(secret) {
      const file = await open(path, 'wx', 0o600)
      try {
        await file.writeFile(`${secret}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
    },
  }
}

/**
 * The whole SHA-256 of the public key in base32 (RFC 4648), in groups of four letters, for people to compare: nothing is cut off, so it stands for
 * the key. Takes the private key too.
 */
export function gatewayFingerprint(key: KeyObject | Uint8Array): string {
  const raw = key instanceof Uint8Array ? key : rawPublicKey(key)
  return (base32(hash('sha256', raw, 'buffer')).match(/.{4}/g) ?? []).join('-')
}

function parsePrivateKey(text: string): KeyObject {
  const key = createPrivateKey({ key: Buffer.from(text, 'base64'), type: 'pkcs8', format: 'der' })
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('the kept key is not an Ed25519 key')
  return key
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** 256 bits are 51 letters and one that carries the last bit. */
function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((group) => letters[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}
