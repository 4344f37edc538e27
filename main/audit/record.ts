/**
 * What the console did itself, for the logs of those it was done with (AUD-4). Where a log cannot be reached, it is kept in a file and written as soon as
 * it can be, with the time at which it happened.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { CallError } from '../callError.ts'
import { openJsonStore } from '../jsonStore.ts'
import type { Log } from '../log.ts'
import { oneAtATime } from '../oneAtATime.ts'
import type { Clock } from '../ports.ts'
import type { Providers } from '../providers/ids.ts'
import type { ConsoleEvent, Provider } from '../providers/provider.ts'

export interface Recorder {
  /**
   * Machine and grant by their console ids; of neither, it is in the first provider's log. So is what was done with a system that has no log to write
   * in, with the names of machine and system. Throws CallError, but not for want of a network.
   */
  record(event: ConsoleEvent): Promise<void>
  /** The same for one provider's log, by its own ids. */
  recordAt(provider: Provider, event: ConsoleEvent): Promise<void>
  /** Why what was kept could not be read. */
  readonly limit: string | undefined
  /** When everything is written down. */
  settled(): Promise<void>
  close(): void
}

const Unsent = z.object({
  provider: z.string(),
  at: z.iso.datetime(),
  event: z.object({
    action: z.string(),
    outcome: z.enum(['ok', 'refused', 'failed']),
    machineId: z.string().exactOptional(),
    grantId: z.string().exactOptional(),
    port: z.number().exactOptional(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  }),
})
type Unsent = z.infer<typeof Unsent>

/** A console that is away for longer does not fill the disk. */
const mostUnsent = 2000

export function createRecorder(deps: {
  providers: Providers
  folder: string
  clock: Clock
  log: Pick<Log, 'warn'>
  /** Of a machine, by its console id. */
  nameOf?: (machineId: string) => string | undefined
}): Recorder {
  const { providers, folder, clock, log, nameOf } = deps
  const unsent = openJsonStore(join(folder, 'unrecorded.json'), z.array(Unsent), [])
  const stops = new Map<string, () => void>()

  async function recordAt(provider: Provider, event: ConsoleEvent): Promise<void> {
    if (!provider.record) return
    try {
      await provider.record(event)
    } catch (error) {
      if (!isOffline(error)) throw error
      const kept = { provider: provider.id, at: new Date(clock.now()).toISOString(), event }
      await unsent.update((all) => [...all, kept].slice(-mostUnsent))
    }
  }

  /** In order, until one cannot be sent. What a log does not take is told in ours, and not asked of it again. */
  async function send(provider: Provider): Promise<void> {
    for (;;) {
      const next = unsent.get().find((one) => one.provider === provider.id)
      if (!next) return
      const { event, at } = next
      try {
        await provider.record?.({ ...event, detail: { ...event.detail, happenedAt: at } })
      } catch (error) {
        if (isOffline(error)) return
        log.warn({ action: event.action, err: error }, 'an event could not be recorded later')
      }
      await unsent.update((all) => all.filter((one) => one !== next))
    }
  }

  function start(provider: Provider): void {
    const sendSoon = oneAtATime(() => send(provider))
    const trySending = () => {
      if (unsent.get().some((one) => one.provider === provider.id))
        sendSoon().catch((error: unknown) => log.warn({ provider: provider.id, err: error }, 'events could not be recorded later'))
    }
    // A log rings when its gateway can be reached again.
    const stop = provider.onChange((topic) => {
      if (topic === 'audit') trySending()
    })
    stops.set(provider.id, stop)
    trySending()
  }

  for (const provider of providers.all) start(provider)
  const stopChanges = providers.onChanged((change) => {
    if ('added' in change) start(change.added)
    else stops.get(change.removed.id)?.()
  })

  return {
    recordAt,
    async record(event) {
      const { machineId, grantId, ...rest } = event
      const machine = machineId === undefined ? undefined : providers.of(machineId, 'machine')
      const grant = grantId === undefined ? undefined : providers.of(grantId, 'grant')
      const [first] = providers.all
      const provider = machine?.provider ?? grant?.provider ?? first
      if (!provider || !first) throw new Error('the console has no provider')
      if (!provider.record) {
        const about = {
          system: provider.name,
          ...(machineId !== undefined && { machine: nameOf?.(machineId) ?? machineId, machineId }),
          ...(grantId !== undefined && { accessId: grantId }),
        }
        await recordAt(first, { ...rest, detail: { ...rest.detail, ...about } })
        return
      }
      await recordAt(provider, { ...rest, ...(machine && { machineId: machine.id }), ...(grant && { grantId: grant.id }) })
    },
    limit: unsent.limit,
    settled: () => unsent.settled(),
    close() {
      stopChanges()
      for (const stop of stops.values()) stop()
    },
  }
}

function isOffline(error: unknown): boolean {
  return error instanceof CallError && error.failure.tag === 'offline'
}
