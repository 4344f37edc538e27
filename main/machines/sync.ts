/** Brings the inventory up to date from every provider, page after page from the cursor where it ended, and again whenever a provider rings. */
import type { MachineSource } from '../../preload/contract.ts'
import type { LocalStore, StoredMachines, StoredSource } from '../localStore.ts'
import type { Log } from '../log.ts'
import { oneAtATime } from '../oneAtATime.ts'
import type { Clock } from '../ports.ts'
import { qualify, type Providers } from '../providers/ids.ts'
import type { Provider, ProviderMachine } from '../providers/provider.ts'

export interface Sync {
  /** Reads what is new from this provider; resolves when it is in the inventory. Throws CallError offline, badAnswer. */
  now(providerId: string): Promise<void>
  /** Reads from every provider, quietly. */
  again(): void
  /** The console itself is about to remove these; they will not be missed (F-46). Ids are the provider's own. */
  expect(providerId: string, ids: readonly string[]): void
  sources(): Promise<MachineSource[]>
  /** When the list was last right: the oldest of the providers' last times. undefined: one was never read. */
  asOf(): Promise<string | undefined>
  close(): void
}

interface SyncDeps {
  providers: Providers
  store: StoredMachines
  clock: Clock
  log: Log
  /** Machines came or went, or a reading went on. */
  changed: () => void
  /** Each machine that came, by its console id. */
  seen: (machineId: string, machine: ProviderMachine) => void
}

/** While much is read the window is told this often. */
const tellMs = 400

/** Starts reading at once. An unreachable provider leaves what is known in the list, with its age. */
export function createSync(deps: SyncDeps): Sync {
  const { providers, store, log, changed } = deps
  const readers = new Map<string, Reader>()

  function readQuietly(providerId: string, reader: Reader): void {
    reader.now().catch((error: unknown) => log.warn({ provider: providerId, err: error }, 'inventory could not be read'))
  }

  function start(provider: Provider): void {
    const reader = createReader(provider, deps)
    readers.set(provider.id, reader)
    const read = () => readQuietly(provider.id, reader)
    reader.onEnd(
      provider.onChange((topic) => {
        if (topic === 'machines') read()
      }),
    )
    read()
  }

  /** Nothing of a system that was left stays here. */
  async function forget(provider: Provider): Promise<void> {
    const reader = readers.get(provider.id)
    readers.delete(provider.id)
    await reader?.end()
    await store.forget(provider.id)
    changed()
  }

  for (const provider of providers.all) start(provider)
  const stopChanges = providers.onChanged((change) => {
    if ('added' in change) start(change.added)
    else
      forget(change.removed).catch((error: unknown) =>
        log.error({ provider: change.removed.id, err: error }, 'machines could not be forgotten'),
      )
  })

  async function sources(): Promise<MachineSource[]> {
    const stored = new Map((await store.sources()).map((source) => [source.providerId, source]))
    return providers.all.map((provider) => toSource(provider, readers.get(provider.id)?.state() ?? 'waiting', stored.get(provider.id)))
  }

  return {
    sources,
    async now(providerId) {
      await readers.get(providerId)?.now()
    },
    again() {
      changed()
      for (const [providerId, reader] of readers) readQuietly(providerId, reader)
    },
    expect(providerId, ids) {
      readers.get(providerId)?.expect(ids)
    },
    async asOf() {
      const times = (await sources()).map(({ asOf }) => asOf)
      return times.reduce(
        (oldest, time) => (oldest === undefined || time === undefined ? undefined : time < oldest ? time : oldest),
        times[0],
      )
    },
    close() {
      stopChanges()
      for (const reader of readers.values()) void reader.end()
    },
  }
}

/** Calls back when what the store had is not there any more, or is there again. Returns the function that stops it. */
export function onOtherFile(store: Pick<LocalStore, 'state' | 'onChange'>, other: () => void): () => void {
  const fileOf = () => `${store.state().kind} ${store.state().setAside?.path ?? ''}`
  let last = fileOf()
  return store.onChange(() => {
    const before = last
    last = fileOf()
    if (last !== before && !before.startsWith('opening')) other()
  })
}

type Reader = ReturnType<typeof createReader>

function createReader(provider: Provider, { store, clock, changed, seen }: SyncDeps) {
  const expected = new Set<string>()
  let state: MachineSource['state'] = 'waiting'
  const life = { isStopped: false }
  let stop: (() => void) | undefined
  let toldAt = 0
  let wasOffline = false

  function tell(atOnce: boolean): void {
    const now = clock.monotonicMs()
    if (!atOnce && now - toldAt < tellMs) return
    toldAt = now
    changed()
  }

  async function read(): Promise<void> {
    if (life.isStopped) return
    const before = (await store.sources()).find(({ providerId }) => providerId === provider.id)
    // A provider that leads us round in a circle must not keep us here (F-45).
    const passed = new Set<string | undefined>([before?.cursor])
    let { cursor } = before ?? {}
    state = 'reading'
    for (let more = true; more && !life.isStopped;) {
      const page = await provider.machines(cursor)
      // It was taken away while it answered.
      if (life.isStopped) return
      more = page.more && !passed.has(page.cursor)
      ;({ cursor } = page)
      passed.add(cursor)
      const source = await store.put(provider.id, { ...page, more, at: clock.now(), expected: [...expected] })
      for (const machine of page.machines) seen(qualify(provider, machine.id), machine)
      if (!more) state = 'ready'
      const isNews = page.machines.length > 0 || page.removed.length > 0 || page.startsAnew === true || source.held !== undefined
      if (more || isNews) tell(!more)
    }
    // That an empty list is known to be empty is news too, and so is the end of being out of reach.
    if (before?.readAt === undefined || wasOffline) tell(true)
    wasOffline = false
  }
  const now = oneAtATime(async () => {
    try {
      await read()
    } catch (error) {
      if (state !== 'offline') {
        state = 'offline'
        wasOffline = true
        tell(true)
      }
      throw error
    }
  })

  return {
    now,
    state: () => state,
    expect: (ids: readonly string[]) => ids.forEach((id) => expected.add(id)),
    onEnd: (stopListening: () => void) => void (stop = stopListening),
    /** Resolves when nothing more of it comes in. */
    async end() {
      life.isStopped = true
      stop?.()
      // What is under way ends with its page.
      await now().catch(() => undefined)
    },
  }
}

function toSource(provider: Provider, state: MachineSource['state'], stored: StoredSource | undefined): MachineSource {
  return {
    gatewayId: provider.id,
    name: provider.name,
    state,
    count: stored?.count ?? 0,
    ...(state === 'reading' && stored?.done !== undefined && { done: stored.done }),
    ...(stored?.readAt !== undefined && { asOf: new Date(stored.readAt).toISOString() }),
    ...(stored?.held && { held: stored.held }),
  }
}
