/**
 * The OS keychain as the port `Secrets`, through the keytar API in a process of its own. Nothing is ever kept elsewhere instead (VLT-1, VLT-2).
 * Never uses findCredentials, which crashes on a locked keyring (atom/node-keytar#477): the names are ours to remember.
 */
import { randomUUID } from 'node:crypto'
import type { KeychainState } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { Clock, Secrets } from '../ports.ts'
import { createKeychainCalls, keychainFailure } from './keychainCalls.ts'
import type { ForkKeychain } from './keychainFork.ts'
import { createKeychainNames, type KeychainIndex } from './keychainNames.ts'

const service = 'Gatehouse'
/** An item that tells this keychain from another one, and one to see whether it can be written to. */
const markName = 'keychain-mark'
const probeName = 'keychain-probe'
/** Windows allows 2560 bytes for a secret. */
const longestSecretBytes = 2500

export interface KeychainOptions {
  fork: ForkKeychain
  dataFolder: string
  clock: Pick<Clock, 'monotonicMs'>
  /** Every member answers within this; the promise of the port is 5 s. */
  limitMs?: number
  /** See keychainCalls.ts. */
  promptMs?: number
}

export function createKeychain({ fork, dataFolder, clock, limitMs = 4500, promptMs }: KeychainOptions): Secrets {
  const call = createKeychainCalls(fork, clock, promptMs)
  const names = createKeychainNames(dataFolder)
  // Changes of the list follow one another; reads of the keychain are queued by `call` anyway.
  let lastChange: Promise<unknown> = Promise.resolve()

  const deadline = () => clock.monotonicMs() + limitMs
  const get = async (name: string, by: number) => (await call('getPassword', [service, name], by)) as string | null
  const set = (name: string, secret: string, by: number) => call('setPassword', [service, name, secret], by)
  const forget = (name: string, by: number) => call('deletePassword', [service, name], by)

  function changeNames(change: (index: KeychainIndex) => KeychainIndex): Promise<void> {
    const changed = lastChange.then(async () => {
      const before = await names.read()
      const after = change(before)
      if (after !== before) await names.write(after)
    })
    lastChange = changed.catch(() => undefined)
    return changed
  }

  const remember = (name: string) =>
    changeNames((index) => (index.names.includes(name) ? index : { ...index, names: [...index.names, name] }))

  /** libsecret answers "nothing" for a locked keyring too; only a write tells the two apart. Throws `locked` and the like. */
  async function tryToWrite(by: number): Promise<void> {
    const value = randomUUID()
    await set(probeName, value, by)
    if ((await get(probeName, by)) !== value) throw keychainFailure('locked')
    await forget(probeName, by)
  }

  /** Is this the keychain that holds what we stored? Marks it where none of ours is missing. Throws when it cannot be used. */
  async function isOurs(by: number): Promise<boolean> {
    const { mark, names: known } = await names.read()
    const found = await get(markName, by)
    if (found !== null && found === mark) return true
    await tryToWrite(by)
    for (const name of known) if ((await get(name, by)) === null) return false
    const fresh = found ?? randomUUID()
    if (found === null) await set(markName, fresh, by)
    await changeNames((index) => ({ ...index, mark: fresh }))
    return true
  }

  async function state(): Promise<KeychainState> {
    try {
      const by = deadline()
      if (!(await isOurs(by))) return 'changed'
      await tryToWrite(by)
      return 'ready'
    } catch (error) {
      if (error instanceof CallError && error.failure.tag === 'keychain' && error.failure.state !== 'rejected') return error.failure.state
      throw error
    }
  }

  return {
    state,
    async read(name) {
      checkName(name)
      const by = deadline()
      const secret = await get(name, by)
      if (secret !== null) {
        await remember(name)
        return secret
      }
      if (!(await names.read()).names.includes(name)) return undefined
      await tryToWrite(by)
      throw keychainFailure('changed')
    },
    async write(name, secret) {
      checkName(name)
      const size = Buffer.byteLength(secret)
      // libsecret cuts at a NUL, and an empty or overlong secret is refused only by some keychains: refuse them on all.
      if (size === 0 || size > longestSecretBytes || secret.includes('\0') || !secret.isWellFormed()) throw keychainFailure('rejected')
      const by = deadline()
      await set(name, secret, by)
      if ((await get(name, by)) !== secret) throw keychainFailure('rejected')
      await remember(name)
      const { mark } = await names.read()
      if (mark === undefined) await isOurs(by)
    },
    async forget(name) {
      checkName(name)
      await forget(name, deadline())
      await changeNames((index) => ({ ...index, names: index.names.filter((one) => one !== name) }))
    },
  }
}

function checkName(name: string): void {
  if (name === '' || name.length > 400 || name.includes('\0') || name === markName || name === probeName) throw keychainFailure('rejected')
}
