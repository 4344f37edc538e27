/**
 * The grants that this console knows of, as their providers last told, with the time left counted on a clock that never steps (F-104).
 * Tells once when a grant is over and once before its end. Enforcing the end is the gateway's; nothing here opens or closes a port.
 */
import type { Grant, MachineRow } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../ports.ts'
import { oneAtATime } from '../oneAtATime.ts'
import { qualify, type Providers } from '../providers/ids.ts'
import type { Provider, ProviderGrant } from '../providers/provider.ts'
import { createListeners } from '../listeners.ts'
import { createSources } from './sources.ts'

interface Known {
  readonly provider: Provider
  readonly grant: ProviderGrant
  readonly seenAt: number
  /** Monotonic; absent when the warning was given or there was never time for one. */
  warnAt: number | undefined
}

export interface GrantEnd {
  grantId: string
  reason: string
  /** The machine, where the end of a window leaves what is connected. */
  leftOn?: string
}

export interface LiveGrants {
  /** Takes over what a provider answered, and answers it in the console's words. */
  take(provider: Provider, grant: ProviderGrant): Grant
  /** Newest first; ended ones for ten minutes. */
  list(): Grant[]
  /** This technician's open grants on a machine, the longest first. */
  own(machineId: string): Grant[]
  /** This technician's grants on a machine that are not open yet. */
  opening(machineId: string): Grant[]
  /** What the inventory shows of them. */
  ownRow(machineId: string): MachineRow['ownGrant']
  /** Resolves when each provider was asked, or could not be. */
  refresh(): Promise<void>
  /** What is known may be old: ends what is over by now, and asks each provider. */
  wake(): void
  onChanged: (listener: (grant: Grant) => void) => () => void
  onEnded: (listener: (end: GrantEnd) => void) => () => void
  /** A grant of this technician is about to end. */
  onWarning: (listener: (grant: Grant) => void) => () => void
  close(): void
}

const overStates: ReadonlySet<Grant['state']> = new Set(['denied', 'cancelled', 'lapsed', 'closed'])
export const isOver = (grant: Pick<Grant, 'state'>) => overStates.has(grant.state)

const endedKeptMs = 10 * 60_000
/** How soon to ask again about a grant whose end has come while its provider still calls it open. */
const askAgainMs = 250

export function createLiveGrants(
  providers: Providers,
  clock: Clock,
  log: Log,
  warnBeforeEndMs: () => number,
  nameOf: (machineId: string) => string,
  isBeingReleased: (grantId: string) => boolean = () => false,
): LiveGrants {
  const known = new Map<string, Known>()
  const changed = createListeners<Grant>()
  const ended = createListeners<GrantEnd>()
  const warning = createListeners<Grant>()
  const sources = createSources(clock, log, (provider) => {
    for (const entry of known.values()) if (entry.provider === provider && entry.grant.state === 'open') changed.tell(toGrant(entry))
  })
  let timer: NodeJS.Timeout | undefined
  let closed = false
  /** One list at a time from each: an older one must not come in after a newer one. */
  const asked = new Map<Provider, { once: () => Promise<void>; stop: () => void }>()

  function start(provider: Provider): void {
    const stop = provider.onChange((topic) => {
      if (topic === 'grants') refreshQuietly(provider)
    })
    asked.set(provider, { once: oneAtATime(() => askFor(provider)), stop })
  }

  function leave(provider: Provider): void {
    asked.get(provider)?.stop()
    asked.delete(provider)
    for (const [grantId, entry] of known) {
      if (entry.provider !== provider) continue
      known.delete(grantId)
      // Whatever goes through it can no longer be watched from here.
      if (!isOver(entry.grant)) ended.tell(endOf(entry, 'providerLeft'))
    }
  }

  for (const provider of providers.all) start(provider)
  const stopChanges = providers.onChanged((change) => {
    if ('removed' in change) {
      leave(change.removed)
      return
    }
    start(change.added)
    refreshQuietly(change.added)
  })

  function toGrant({ provider, grant, seenAt }: Known): Grant {
    const { id, machineId, remainingMs, ...rest } = grant
    const grantId = qualify(provider, id)
    const left = remainingMs === undefined || isOver(grant) ? undefined : Math.max(0, remainingMs - (clock.monotonicMs() - seenAt))
    const qualified = qualify(provider, machineId)
    const observedSource =
      rest.requestedBy === provider.technician && rest.state === 'open' ? sources.movedFrom(provider, rest.source) : undefined
    return {
      ...rest,
      // F-101: what ran out is over, whether its provider could be asked already or not. It alone knows if that was put off.
      ...(rest.state === 'open' && left === 0 && { state: 'closed' as const, closeReason: 'expired' as const, endpoints: [] }),
      ...(observedSource !== undefined && { observedSource }),
      ...(!isOver(grant) && isBeingReleased(grantId) && { releaseWaits: true }),
      ...(!provider.release && { noRelease: true as const }),
      ...(!provider.release && rest.requestedBy !== provider.technician && { ofOthers: true as const }),
      ...(provider.leavesSessions && { leavesSessions: true as const }),
      grantId,
      machineId: qualified,
      machineName: nameOf(qualified),
      ...(left !== undefined && { remainingMs: left }),
    }
  }

  function take(provider: Provider, grant: ProviderGrant): Grant {
    const grantId = qualify(provider, grant.id)
    const before = known.get(grantId)
    // An answer that was overtaken on its way must not bring an ended grant back.
    if (before && isOver(before.grant) && !isOver(grant)) return toGrant(before)
    const seenAt = clock.monotonicMs()
    const now: Known = { provider, grant, seenAt, warnAt: warnAt(before, grant, seenAt) }
    known.set(grantId, now)
    const shown = toGrant(now)
    if (isOver(grant)) {
      if (before && !isOver(before.grant)) ended.tell(endOf(now, grant.closeReason ?? grant.state))
    } else if (!before || differs(before.grant, grant)) changed.tell(shown)
    schedule()
    return shown
  }

  /** No warning for a window that is shorter than the warning. */
  function warnAt(before: Known | undefined, grant: ProviderGrant, seenAt: number): number | undefined {
    const early = warnBeforeEndMs()
    if (grant.state !== 'open' || grant.remainingMs === undefined || early === 0) return undefined
    const at = seenAt + grant.remainingMs - early
    return at > seenAt || before?.grant.endsAt !== grant.endsAt ? (at > seenAt ? at : undefined) : before?.warnAt
  }

  async function askFor(provider: Provider): Promise<void> {
    const before = [...known.values()].filter((entry) => entry.provider === provider && !isOver(entry.grant))
    const grants = await provider.grants()
    // A window that takes the place of another one is known before the other's end is told.
    for (const grant of [...grants.filter((one) => !isOver(one)), ...grants.filter(isOver)]) take(provider, grant)
    if (grants.some(({ state, requestedBy }) => state === 'open' && requestedBy === provider.technician)) sources.look(provider)
    const listed = new Set(grants.map((grant) => grant.id))
    // What ended long ago, while this computer slept, is on no list any more.
    for (const { grant } of before.filter((entry) => !listed.has(entry.grant.id))) {
      try {
        take(provider, await provider.grant(grant.id))
      } catch (error) {
        if (!(error instanceof CallError) || error.failure.tag !== 'notFound') throw error
        take(provider, { ...grant, state: 'closed' })
      }
    }
  }

  const refreshFrom = async (provider: Provider) => asked.get(provider)?.once()

  function refreshQuietly(provider: Provider): void {
    refreshFrom(provider).catch((error: unknown) => log.warn({ provider: provider.id, err: error }, 'grants could not be read'))
  }

  function schedule(): void {
    clearTimeout(timer)
    if (closed) return
    const now = clock.monotonicMs()
    let next = Number.POSITIVE_INFINITY
    for (const entry of known.values()) {
      if (isOver(entry.grant)) continue
      if (entry.grant.state === 'open' && entry.grant.remainingMs !== undefined)
        next = Math.min(next, Math.max(entry.seenAt + entry.grant.remainingMs, now + askAgainMs))
      if (entry.warnAt !== undefined) next = Math.min(next, entry.warnAt)
    }
    if (next === Number.POSITIVE_INFINITY) return
    // Node's timers end at 2^31 ms; a wait of at most an hour is also right after a long sleep.
    timer = setTimeout(onTime, Math.min(Math.max(0, next - now), 3_600_000))
    timer.unref()
  }

  function onTime(): void {
    const now = clock.monotonicMs()
    const due = new Set<Provider>()
    for (const entry of known.values()) {
      if (isOver(entry.grant)) continue
      if (entry.warnAt !== undefined && entry.warnAt <= now) {
        entry.warnAt = undefined
        if (entry.grant.requestedBy === entry.provider.technician) warning.tell(toGrant(entry))
      }
      const { state, remainingMs } = entry.grant
      if (state === 'open' && remainingMs !== undefined && entry.seenAt + remainingMs <= now) due.add(entry.provider)
    }
    for (const provider of due) {
      refreshFrom(provider).catch((error: unknown) => {
        log.warn({ provider: provider.id, err: error }, 'grants could not be read at their end')
        endWithoutAnswer(provider)
      })
    }
    schedule()
  }

  /** The gateway ends a window by itself (REQ-7), so a grant whose time is over is over, reachable or not. */
  function endWithoutAnswer(provider: Provider): void {
    const now = clock.monotonicMs()
    for (const { provider: of, grant, seenAt } of known.values()) {
      if (of !== provider || grant.state !== 'open' || grant.remainingMs === undefined || seenAt + grant.remainingMs > now) continue
      take(provider, { ...grant, state: 'closed', closeReason: 'expired' })
    }
  }

  const allOwn = (machineId: string): Grant[] =>
    [...known.values()]
      .filter(({ provider, grant }) => grant.requestedBy === provider.technician)
      .filter(({ provider, grant }) => qualify(provider, grant.machineId) === machineId)
      .map(toGrant)

  function own(machineId: string): Grant[] {
    return (
      allOwn(machineId)
        // One that was given back is not connected through any more.
        .filter(({ state, releaseWaits }) => state === 'open' && releaseWaits !== true)
        .sort((a, b) => (b.remainingMs ?? 0) - (a.remainingMs ?? 0))
    )
  }

  const refresh = async () => {
    await Promise.all(
      providers.all.map((provider) =>
        refreshFrom(provider).catch((error: unknown) => log.warn({ provider: provider.id, err: error }, 'grants could not be read')),
      ),
    )
  }

  return {
    take,
    refresh,
    wake() {
      for (const provider of providers.all) sources.forget(provider)
      // Timers stand still while a computer sleeps.
      onTime()
      void refresh()
    },
    list() {
      const now = clock.monotonicMs()
      for (const [id, entry] of known) if (isOver(entry.grant) && now - entry.seenAt > endedKeptMs) known.delete(id)
      return [...known.values()].map(toGrant).sort((a, b) => (a.requestedAt < b.requestedAt ? 1 : a.requestedAt > b.requestedAt ? -1 : 0))
    },
    own,
    opening: (machineId) => allOwn(machineId).filter(({ state }) => state === 'opening'),
    ownRow(machineId) {
      const [longest] = own(machineId)
      return longest?.endsAt === undefined ? undefined : { grantId: longest.grantId, ports: longest.ports, endsAt: longest.endsAt }
    },
    onChanged: (listener) => changed.listen(listener),
    onEnded: (listener) => ended.listen(listener),
    onWarning: (listener) => warning.listen(listener),
    close() {
      closed = true
      clearTimeout(timer)
      stopChanges()
      for (const { stop } of asked.values()) stop()
    },
  }
}

function differs(before: ProviderGrant, now: ProviderGrant): boolean {
  return (
    before.state !== now.state ||
    before.endsAt !== now.endsAt ||
    before.connections !== now.connections ||
    before.approvals?.given.length !== now.approvals?.given.length ||
    before.unreachable?.at !== now.unreachable?.at ||
    before.sourceDoubt !== now.sourceDoubt
  )
}

function endOf({ provider, grant }: Pick<Known, 'provider' | 'grant'>, reason: string): GrantEnd {
  return { grantId: qualify(provider, grant.id), reason, ...(provider.leavesSessions && { leftOn: qualify(provider, grant.machineId) }) }
}
