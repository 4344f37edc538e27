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
import { createKeychainNames } from './keychainNames.ts'

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
  let last: Promise<unknown> = Promise.resolve()

  /** One member at a time, from its first question to its last. Each ends by its own deadline, so those that wait do too. */
  function inTurn<Result>(work: (by: number) => Promise<Result>): Promise<Result> {
    const by = clock.monotonicMs() + limitMs
    const turn = last.then(() => work(by))
    last = turn.catch(() => undefined)
    return turn
  }

  const get = async (account: string, by: number) => {
    const secret = await call({ op: 'getPassword', service, account }, by)
    return typeof secret === 'string' ? secret : undefined
  }
  const set = (account: string, secret: string, by: number) => call({ op: 'setPassword', service, account, secret }, by)
  const remove = (account: string, by: number) => call({ op: 'deletePassword', service, account }, by)

  async function remember(name: string): Promise<void> {
    const index = await names.read()
    if (!index.names.includes(name)) await names.write({ ...index, names: [...index.names, name] })
  }

  /** libsecret answers "nothing" for a locked keyring too; only a write tells the two apart. Throws `locked` and the like. */
  async function tryToWrite(by: number): Promise<void> {
    const value = randomUUID()
    await set(probeName, value, by)
    if ((await get(probeName, by)) !== value) throw keychainFailure('locked')
    await remove(probeName, by)
  }

  /** Is this the keychain that holds what we stored? Marks it where none of ours is missing. Throws when it cannot be used. */
  async function isOurs(by: number): Promise<boolean> {
    const { mark, names: known } = await names.read()
    const found = await get(markName, by)
    if (found !== undefined && found === mark) return true
    await tryToWrite(by)
    for (const name of known) if ((await get(name, by)) === undefined) return false
    const fresh = found ?? randomUUID()
    if (found === undefined) await set(markName, fresh, by)
    await names.write({ mark: fresh, names: known })
    return true
  }

  async function state(by: number): Promise<KeychainState> {
    try {
      if (!(await isOurs(by))) return 'changed'
      await tryToWrite(by)
      return 'ready'
    } catch (error) {
      if (error instanceof CallError && error.failure.tag === 'keychain' && error.failure.state !== 'rejected') return error.failure.state
      throw error
    }
  }

  async function read(name: string, by: number): Promise<string | undefined> {
    const secret = await get(name, by)
    if (secret !== undefined) {
      await remember(name)
      return secret
    }
    if (!(await names.read()).names.includes(name)) return undefined
    await tryToWrite(by)
    throw keychainFailure('changed')
  }

  async function write(name: string, secret: string, by: number): Promise<void> {
    await set(name, secret, by)
    if ((await get(name, by)) !== secret) throw keychainFailure('rejected')
    await remember(name)
    const { mark } = await names.read()
    if (mark === undefined) await isOurs(by)
  }

  async function forget(name: string, by: number): Promise<void> {
    await remove(name, by)
    const index = await names.read()
    if (index.names.includes(name)) await names.write({ ...index, names: index.names.filter((one) => one !== name) })
  }

  return {
    state: () => inTurn(state),
    async read(name) {
      checkName(name)
      return await inTurn((by) => read(name, by))
    },
    async write(name, secret) {
      checkName(name)
      checkSecret(secret)
      await inTurn((by) => write(name, secret, by))
    },
    async forget(name) {
      checkName(name)
      await inTurn((by) => forget(name, by))
    },
  }
}

function checkName(name: string): void {
  if (name === '' || name.length > 400 || name.includes('\0') || name === markName || name === probeName) throw keychainFailure('rejected')
}

/** libsecret cuts at a NUL, and an empty or overlong secret is refused only by some keychains: refuse them on all. */
function checkSecret(secret: string): void {
  const size = Buffer.byteLength(secret)
  if (size === 0 || size > longestSecretBytes || secret.includes('\0') || !secret.isWellFormed()) throw keychainFailure('rejected')
}
