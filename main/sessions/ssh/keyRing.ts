/**
 * Every key there is to try, as one agent: those of the person's SSH agent, and key files. A file's passphrase is asked for only when
 * the machine has said that it would accept the key, so the public part is read without it.
 */
import { readFile } from 'node:fs/promises'
// Node finds no name for `utils` in the module, so it comes with the whole.
import ssh2, { BaseAgent, createAgent, type IdentityCallback, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2'
import { CallError } from '../../callError.ts'
import { readString } from './hostKey.ts'

/** OpenSSH's server allows six failed tries in all; some are left for a password. */
const mostKeys = 5
const largestKeyFileBytes = 256 * 1024

/** One key: how it is signed with. */
interface RingKey {
  source: 'agent' | 'key'
  publicKey: ParsedKey
  sign(data: Buffer, hash: SigningRequestOptions['hash']): Promise<Buffer>
}

/** Asks for the passphrase of a key file until it opens or the technician gives up (undefined). */
export type Unlock = (file: string, open: (passphrase: string) => ParsedKey | undefined) => Promise<ParsedKey | undefined>

export class KeyRing extends BaseAgent<ParsedKey> {
  readonly keys: readonly RingKey[]
  constructor(keys: readonly RingKey[]) {
    super()
    this.keys = keys
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(
      null,
      this.keys.map((key) => key.publicKey),
    )
  }

  override sign(publicKey: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, done?: SignCallback): void {
    const finish = typeof options === 'function' ? options : done
    const hash = typeof options === 'function' ? undefined : options.hash
    const key = this.keys.find((each) => each.publicKey.getPublicSSH().equals(publicKey.getPublicSSH()))
    const signed = key ? key.sign(data, hash) : Promise.reject(new Error('not a key of this ring'))
    signed.then(
      (signature) => finish?.(null, signature),
      (error: unknown) => finish?.(error instanceof Error ? error : new Error('signing failed')),
    )
  }
}

/** `agentSocket` absent: no agent. Files and agents that cannot be read are left out: others may do. */
export async function createKeyRing(agentSocket: string | undefined, files: readonly string[], unlock: Unlock): Promise<KeyRing> {
  const [fromAgent, fromFiles] = await Promise.all([
    agentSocket === undefined ? [] : agentKeys(agentSocket).catch(() => []),
    Promise.all(files.map((file) => fileKey(file, unlock).catch(() => undefined))),
  ])
  const ring: RingKey[] = []
  for (const key of [...fromAgent, ...fromFiles.filter((each) => each !== undefined)]) {
    const isThere = ring.some((each) => each.publicKey.getPublicSSH().equals(key.publicKey.getPublicSSH()))
    if (!isThere && ring.length < mostKeys) ring.push(key)
  }
  return new KeyRing(ring)
}

function agentKeys(socket: string): Promise<RingKey[]> {
  const agent = createAgent(socket)
  return new Promise((resolve, reject) => {
    agent.getIdentities((error, identities) => {
      if (error) {
        reject(error)
        return
      }
      const all = (identities ?? []).map((key) => (typeof key === 'object' && 'pubKey' in key ? undefined : parsed(key)))
      const keys = all.filter((key) => key !== undefined)
      resolve(
        keys.map((publicKey) => ({
          source: 'agent',
          publicKey,
          sign: (data, hash) =>
            new Promise((signed, refused) => {
              agent.sign(publicKey, data, hash === undefined ? {} : { hash }, (problem, signature) => {
                if (signature) signed(signature)
                else refused(problem ?? new Error('the agent did not sign'))
              })
            }),
        })),
      )
    })
  })
}

/** Throws when the file cannot be read or is no key. */
async function fileKey(file: string, unlock: Unlock): Promise<RingKey | undefined> {
  const text = await readFile(file, 'utf8')
  if (text.length > largestKeyFileBytes) throw new RangeError('too large for a key')
  const plain = parsed(text)
  const publicKey = plain ?? publicPart(text) ?? parsed(await readFile(`${file}.pub`, 'utf8'))
  if (!publicKey) return undefined
  let opened = plain
  return {
    source: 'key',
    publicKey,
    async sign(data, hash) {
      opened ??= await unlock(file, (passphrase) => parsed(text, passphrase))
      if (!opened?.isPrivateKey()) throw new CallError({ tag: 'keyUnusable', problem: 'wrongPassphrase' })
      return opened.sign(data, hash)
    },
  }
}

function parsed(key: string | Buffer | ParsedKey, passphrase?: string): ParsedKey | undefined {
  if (typeof key === 'object' && 'getPublicSSH' in key) return key
  const result: ParsedKey | Error = ssh2.utils.parseKey(key, passphrase)
  return result instanceof Error ? undefined : result
}

/** The public key in front of an encrypted private one (OpenSSH's PROTOCOL.key). */
export function publicPart(text: string): ParsedKey | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1]
  if (body === undefined) return undefined
  const wire = Buffer.from(body, 'base64')
  const magic = 'openssh-key-v1\0'
  if (wire.toString('latin1', 0, magic.length) !== magic) return undefined
  try {
    let at = magic.length
    // Cipher, key derivation and its options come first, each a string; then the number of keys.
    for (let skipped = 0; skipped < 3; skipped += 1) at += 4 + readString(wire, at).length
    return parsed(readString(wire, at + 4))
  } catch {
    return undefined
  }
}
