/** The key that every recording's own key is wrapped by: one item of the keychain, asked for when it is needed and kept in memory from then on. */
import { randomBytes } from 'node:crypto'
import { CallError } from '../callError.ts'
import type { Secrets } from '../ports.ts'
import { keyBytes } from './seal.ts'

const secretName = 'recordings/key'

/**
 * `make`: a new one where there is none yet. Throws CallError keychain. Undefined without `make`: there is none, so there is no recording either.
 */
export interface MasterKey {
  (how: 'make'): Promise<Buffer>
  (how: 'read'): Promise<Buffer | undefined>
}

export function createMasterKey(secrets: Pick<Secrets, 'read' | 'write'>): MasterKey {
  let last: Promise<Buffer | undefined> = Promise.resolve(undefined)

  async function load(before: Promise<Buffer | undefined>, isMade: boolean): Promise<Buffer | undefined> {
    const known = await before.catch(() => undefined)
    if (known) return known
    const text = await secrets.read(secretName)
    if (text !== undefined) return parseKey(text)
    if (!isMade) return undefined
    const fresh = randomBytes(keyBytes)
    await secrets.write(secretName, fresh.toString('base64'))
    return fresh
  }

  function masterKey(how: 'make'): Promise<Buffer>
  function masterKey(how: 'read'): Promise<Buffer | undefined>
  function masterKey(how: 'make' | 'read'): Promise<Buffer | undefined> {
    // One after the other: two that find nothing at the same time must not make two keys.
    last = load(last, how === 'make')
    return last
  }
  return masterKey
}

/** Something else under our name: nothing can be read by it, and it must not be overwritten. */
function parseKey(text: string): Buffer {
  const key = Buffer.from(text, 'base64')
  if (key.length !== keyBytes) throw new CallError({ tag: 'keychain', state: 'changed' })
  return key
}
