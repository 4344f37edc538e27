/** The embedded gateway's own key: in the person's keychain, where its log is signed from, or nowhere. */
import type { KeyObject } from 'node:crypto'
import { loadGatewayKey } from '../gateway/identity.ts'
import type { Log } from './log.ts'
import type { Secrets } from './ports.ts'

const secretName = 'gateway/key'

/**
 * Asked when something is to be signed, and not before: the keychain may ask the person. Without the keychain there is no key, the log says that it is
 * unsigned, and the next time the keychain is asked again.
 */
export function createGatewayKey(secrets: Secrets, log: Pick<Log, 'warn'>): () => Promise<KeyObject | undefined> {
  const keyStore = { read: () => secrets.read(secretName), write: (secret: string) => secrets.write(secretName, secret) }
  let asked: Promise<KeyObject | undefined> | undefined
  async function load(): Promise<KeyObject | undefined> {
    try {
      return await loadGatewayKey(keyStore)
    } catch (error) {
      asked = undefined
      log.warn({ err: error }, "the gateway's key cannot be had; its log is unsigned")
      return undefined
    }
  }
  // Once for all that ask at the same time: reads side by side confuse some keychains.
  return () => (asked ??= load())
}
