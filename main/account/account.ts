/** What is kept in the keychain for this person: its state, and which credentials there are. Secrets themselves never pass here. */
import { join } from 'node:path'
import { z } from 'zod'
import { SavedCredential } from '../../preload/contract/settings.ts'
import type { HandlersOf } from '../dispatch.ts'
import { openJsonStore } from '../jsonStore.ts'
import type { Clock, Secrets } from '../ports.ts'

/** A keychain cannot be asked for all its names everywhere, so ours are listed here: names only. */
const Saved = z.array(z.object({ name: z.string(), savedAt: z.iso.datetime() }))

export interface Account {
  /** The keychain for whoever saves credentials: what is written is listed, what is forgotten is not any more. */
  readonly secrets: Secrets
  readonly limit: string | undefined
  readonly handlers: Pick<HandlersOf<'account'>, 'account.keychain' | 'account.credentials' | 'account.forgetCredential'>
}

export function createAccount(deps: {
  secrets: Secrets
  folder: string
  clock: Clock
  nameOf: (machineId: string) => string | undefined
  changed: () => void
}): Account {
  const { secrets, folder, clock, nameOf, changed } = deps
  const store = openJsonStore(join(folder, 'credentials.json'), Saved, [])

  async function forget(name: string): Promise<void> {
    await secrets.forget(name)
    if (!store.get().some((saved) => saved.name === name)) return
    await store.update((all) => all.filter((saved) => saved.name !== name))
    changed()
  }

  return {
    limit: store.limit,
    secrets: {
      read: (name) => secrets.read(name),
      state: () => secrets.state(),
      forget,
      async write(name, secret) {
        // Listed first: a credential that exists and cannot be seen, so never be forgotten, is worse than one listed too many.
        const savedAt = new Date(clock.now()).toISOString()
        if (isListed(name)) await store.update((all) => [...all.filter((saved) => saved.name !== name), { name, savedAt }])
        await secrets.write(name, secret)
        if (isListed(name)) changed()
      },
    },
    handlers: {
      async 'account.keychain'() {
        return { state: await secrets.state() }
      },
      'account.credentials'() {
        const credentials = store.get().map(({ name, savedAt }) => toCredential(name, savedAt, nameOf))
        return { credentials: credentials.filter((credential) => credential !== undefined) }
      },
      async 'account.forgetCredential'({ id }) {
        // Only what is listed: the window must not be able to take other things out of the keychain.
        const saved = store.get().find(({ name }) => name === id)
        if (saved) await forget(saved.name)
        return {}
      },
    },
  }
}

const isListed = (name: string) => name.startsWith('password/') || name.startsWith('passphrase/')

/** Names as main/sessions/needs.ts makes them: "password/desk:m1/alice", "passphrase//home/alice/.ssh/id_ed25519". */
function toCredential(name: string, savedAt: string, nameOf: (machineId: string) => string | undefined): SavedCredential | undefined {
  const passphrase = /^passphrase\/(.+)$/s.exec(name)
  if (passphrase?.[1] !== undefined) return { id: name, kind: 'passphrase', key: passphrase[1], savedAt }
  const password = /^password\/([^/]+)\/(.*)$/s.exec(name)
  if (password?.[1] === undefined || password[2] === undefined) return undefined
  const [, machineId, user] = password
  const machineName = nameOf(machineId)
  return { id: name, kind: 'password', machineId, user, savedAt, ...(machineName !== undefined && { machineName }) }
}
