/**
 * Passwords and passphrases that the technician chose to keep, as a connect uses them: a keychain that cannot be used means asking,
 * not failing. What is kept was right at least once; what the machine refused is not offered again.
 */
import { CallError } from '../callError.ts'
import type { Secrets } from '../ports.ts'

export interface SavedSecret {
  /** The kept one, the first time that it is asked for; undefined after it was refused or where there is none. */
  read(): Promise<string | undefined>
  /** Whether the keychain could be read, so that offering to remember makes sense. */
  canRemember(): boolean
  refused(): void
  /** It was right: keeps it if wanted. A kept one that was refused is forgotten. */
  accepted(secret: string, remember: boolean): Promise<void>
}

export function createSavedSecret(secrets: Secrets, name: string): SavedSecret {
  let works = true
  let wasRefused = false

  /** The keychain's own failures are not this attempt's. */
  async function quietly<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      works = false
      return undefined
    }
  }

  return {
    read: async () => (wasRefused ? undefined : await quietly(() => secrets.read(name))),
    canRemember: () => works,
    refused() {
      wasRefused = true
    },
    async accepted(secret, remember) {
      if (remember) await quietly(() => secrets.write(name, secret))
      else if (wasRefused) await quietly(() => secrets.forget(name))
    },
  }
}
