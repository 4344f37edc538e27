/** A console's data folder with as many machines as wanted in its local store, as a reading from its gateway would have left them. */
import type { ProviderMachine } from '../../../main/providers/provider.ts'
import { createKeychain } from '../../../main/platform/keychain.ts'
import { forkWithNode } from '../../../main/platform/keychainFork.ts'
import { openLocalStore } from '../../../main/platform/store/openLocalStore.ts'
import { createSystemClock } from '../../../main/platform/systemClock.ts'
import type { LocalStore } from '../../../main/localStore.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const sites = ['Berlin', 'München', 'Hamburg / Altona', 'Köln', 'Contoso / Head office', 'Contoso / Branch 12', '東京本社']
const kinds = ['web', 'db', 'files', 'print', 'term', 'build', 'mail', 'kiosk', 'Büro', 'サーバ']
const people = ['anna.schmidt', 'b.larsen', 'svc-deploy', 'j.okafor', 'm.rossi']

function pick<Item>(list: readonly Item[], at: number): Item {
  const item = list[at % list.length]
  if (item === undefined) throw new Error('the list is empty')
  return item
}

/** Always the same ones. */
export function benchMachine(at: number): ProviderMachine {
  return {
    id: `m${at}`,
    name: `${pick(kinds, at * 7)}-${pick(['ber', 'ham', 'muc', 'vie', 'ldn'], at * 3)}-${String(at).padStart(6, '0')}`,
    address: at % 5 === 0 ? `m${at}.example.net` : `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`,
    os: pick(['linux', 'windows', 'linux', 'windows', 'macos'] as const, at),
    site: pick(sites, at * 5),
    tags: at % 3 === 0 ? ['production'] : at % 7 === 1 ? ['staging', 'web'] : [],
    addedAt: '2026-01-01T00:00:00.000Z',
    agentVersion: '2.9.1',
    lastSeenAt: new Date(Date.UTC(2026, 5, 1) + at * 1000).toISOString(),
    sshPort: 22,
    rdpPort: 3389,
    ...(at % 2 ? { user: pick(people, at) } : {}),
    rules: at % 4 === 3 ? [] : [{ port: 22, protocol: 'tcp', sources: [], maxDuration: 'PT3H' }],
    approvalsIn7Days: at % 9,
    ...(at % 6 ? { lastAccessAt: new Date(Date.UTC(2026, 5, 2) + at * 977).toISOString(), lastUser: pick(people, at * 3) } : {}),
    gate: 'relay',
    facts: { agentVersion: '2.9.1' },
  }
}

const batch = 5000

/** Adds machines `from` up to `to`. The console must be closed, and must have been open once: its gateway's cursor is what stands there. */
export async function seed(dataFolder: string, env: Readonly<Record<string, string>>, from: number, to: number): Promise<void> {
  const clock = createSystemClock()
  const secrets = createKeychain({ fork: forkWithNode(env), dataFolder, clock })
  const store = openLocalStore({ folder: dataFolder, secrets, clock, log: quiet })
  try {
    const [before] = await store.machines.sources()
    if (store.state().kind !== 'ready' || before?.cursor === undefined)
      throw new Error(`the store is ${store.state().kind}, and has no cursor`)
    await put(store, before.cursor, from, to)
  } finally {
    await store.close()
  }
}

async function put(store: LocalStore, cursor: string, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += batch) {
    const end = Math.min(at + batch, to)
    const machines = Array.from({ length: end - at }, (_, index) => benchMachine(at + index))
    await store.machines.put('desk', { machines, removed: [], cursor, more: end < to, at: Date.now(), expected: [] })
  }
}
