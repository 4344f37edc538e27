/** Copies of real gateways' logs in a real store; what answers for a gateway can be another one, which went another way, or nobody. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { z } from 'zod'
import { gatewayFingerprint } from '../../../gateway/identity.ts'
import { createGateway, type Gateway } from '../../../gateway/server.ts'
import { openCheckpoints } from '../../../main/audit/checkpoints.ts'
import { createAuditSync, type AuditSync } from '../../../main/audit/sync.ts'
import { createLogWitness, type LogWitness } from '../../../main/audit/witness.ts'
import type { LocalStore } from '../../../main/localStore.ts'
import { openLocalStore } from '../../../main/platform/store/openLocalStore.ts'
import type { Clock } from '../../../main/ports.ts'
import { createGatewayProvider } from '../../../main/providers/gateway/provider.ts'
import { createProviders, type Providers } from '../../../main/providers/ids.ts'
import type { Provider } from '../../../main/providers/provider.ts'
import type { AuditCache } from '../../../preload/contract.ts'
import { realClock } from '../../fakes/fakeClock.ts'
import { fakeSecrets, type FakeSecrets } from '../../fakes/fakeSecrets.ts'
import { alice } from '../../gateway/gatewayFixture.ts'

const { privateKey } = generateKeyPairSync('ed25519')
export const trustedKey = gatewayFingerprint(createPublicKey(privateKey))
export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'gatehouse-audit-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

export async function openGateway(dataFolder = folder(), options: { key?: KeyObject | 'none'; clock?: Clock } = {}): Promise<Gateway> {
  const { key = privateKey, clock = realClock } = options
  const gateway = await createGateway({ dataFolder, clock, key: () => Promise.resolve(key === 'none' ? undefined : key) })
  onTestFinished(() => gateway.close())
  return gateway
}

/** Another gateway on a copy of the store, which is closed for it. */
export async function copyOf(dataFolder: string): Promise<Gateway> {
  const copy = folder()
  cpSync(dataFolder, copy, { recursive: true })
  return openGateway(copy)
}

/** Each is one more event of the log. */
export async function addEvents(gateway: Gateway, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1000) {
    const machines = Array.from({ length: Math.min(left, 1000) }, (_, index) => {
      const name = `m${index}-${Math.random()}`
      return { name, address: `${name}.example`, os: 'linux', site: '', tags: [], rules: [] }
    })
    const body = JSON.stringify({ machines })
    const headers = { 'content-type': 'application/json' }
    const added = await gateway.fetch(new Request('https://gate.internal/v1/machines', { method: 'POST', headers, body }), alice)
    expect(added.status).toBe(201)
  }
}

/** A gateway with events, and one on a copy of its store as it was before the last of them. */
export async function withAnOldCopy(before: number, after: number): Promise<{ gateway: Gateway; old: Gateway }> {
  const at = folder()
  const first = await createGateway({ dataFolder: at, clock: realClock, key: () => Promise.resolve(privateKey) })
  await addEvents(first, before)
  await first.close()
  const old = await copyOf(at)
  const gateway = await openGateway(at)
  await addEvents(gateway, after)
  return { gateway, old }
}

export interface CopyWorld {
  store: LocalStore
  sync: AuditSync
  witness: LogWitness
  providers: Providers
  provider: Provider
  secrets: FakeSecrets
  /** The console's data folder. */
  folder: string
  cache(): Promise<AuditCache>
  /** When it has all events, and has nothing left to do. */
  settled(): Promise<AuditCache>
  /** The places of all that is there, newest first. */
  seqs(): Promise<number[]>
  /** From now on this one answers, in the name of the first. */
  answerWith(gateway: Gateway): void
  /** Nobody answers. */
  unplug(unplugged: boolean): void
  /** Changes what the gateway answers to a path. */
  twist(path: string, change: (json: unknown) => unknown): void
  /** Paths with their queries that were asked. */
  asked: string[]
  ring(): void
  /** The console is ended, and started again; `between` is what befalls its files. */
  restart(between?: () => void | Promise<void>): Promise<void>
  end(): Promise<void>
}

export async function openCopy(
  first: Gateway,
  options: { isKept?: (at: number) => boolean; whenLookedAt?: boolean } = {},
): Promise<CopyWorld> {
  const own = folder()
  const secrets = fakeSecrets()
  const asked: string[] = []
  const listeners = new Set<(topic: 'audit') => void>()
  const twists = new Map<string, (json: unknown) => unknown>()
  let gateway = first
  let isUnplugged = false
  let stopRings = listen(first)
  function listen(from: Gateway): () => void {
    return from.onChange((topic) => {
      if (topic === 'audit' && !isUnplugged) listeners.forEach((listener) => listener('audit'))
    })
  }

  const provider = createGatewayProvider({
    id: 'g1',
    name: 'Contoso',
    technician: 'tess',
    url: 'https://gate.internal',
    async fetch(request) {
      if (isUnplugged) throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })
      const { pathname, search } = new URL(request.url)
      asked.push(pathname + search)
      const answer = await gateway.fetch(request, alice)
      const twist = twists.get(pathname)
      return twist && answer.ok ? Response.json(twist(await answer.json())) : answer
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    logKey: { fingerprint: () => Promise.resolve(trustedKey), whenLookedAt: options.whenLookedAt ?? false },
  })
  const providers = createProviders([provider])

  function open() {
    const store = openLocalStore({ folder: own, secrets, clock: realClock, log: quiet })
    const checkpoints = openCheckpoints({ folder: own, secrets, clock: realClock, log: quiet })
    const witness = createLogWitness({ providers, checkpoints, clock: realClock, log: quiet, changed: () => undefined })
    const isKept = options.isKept ?? (() => true)
    const sync = createAuditSync({ providers, store, witness, clock: realClock, log: quiet, isKept, changed: () => undefined })
    return { store, witness, sync }
  }

  const world: CopyWorld = {
    ...open(),
    providers,
    provider,
    secrets,
    folder: own,
    asked,
    async cache() {
      const [log] = await world.sync.cache()
      if (!log) throw new Error('no log is copied')
      return log
    },
    async settled() {
      await expect.poll(async () => (await world.cache()).isSyncing, { timeout: 20_000 }).toBe(false)
      return world.cache()
    },
    async seqs() {
      const found: number[] = []
      for (let before: string | undefined, more = true; more;) {
        const page = await world.store.events.page({}, { limit: 1000, ...(before !== undefined && { before }) })
        found.push(...page.events.map(({ event }) => event.seq))
        before = page.next
        more = before !== undefined
      }
      return found
    },
    answerWith(next) {
      gateway = next
      stopRings()
      stopRings = listen(next)
    },
    unplug: (unplugged) => void (isUnplugged = unplugged),
    twist: (path, change) => void twists.set(path, change),
    ring: () => listeners.forEach((listener) => listener('audit')),
    async restart(between) {
      await world.end()
      await between?.()
      Object.assign(world, open())
    },
    async end() {
      world.sync.close()
      world.witness.close()
      await world.store.close()
    },
  }
  onTestFinished(async () => {
    stopRings()
    await world.end()
  })
  return world
}

/** What a gateway answers to the path of its entries, for a test that twists it. */
export const Entries = z.object({ from: z.number(), entries: z.array(z.looseObject({ seq: z.number() })) })

/** From the newest to the oldest. */
export function downFrom(newest: number, oldest = 1): number[] {
  return Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index)
}
