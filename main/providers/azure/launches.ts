/**
 * What this console asked for, from the answer to its end: it is `opening` until a connection gets through, and watched as long as it is open, since
 * Azure tells nobody when somebody else's request takes a window's place.
 */
import type { Clock } from '../../ports.ts'
import type { Machine } from './questions.ts'
import type { Policies } from './policies.ts'
import { watchEndpoints } from './probe.ts'
import { policyKey, type PolicyRef } from './resourceId.ts'
import type { JitPolicy } from './schemas.ts'
import { endpointsOf, stateOf, windowsOf, type Window } from './windows.ts'
import type { Endpoint } from '../../../preload/contract.ts'

export interface Launch {
  /** Of the grant: the first window's. */
  readonly id: string
  readonly machineId: string
  readonly machine: Machine
  readonly ref: PolicyRef
  readonly ports: readonly number[]
  readonly reason: string
  /** As it was asked for; absent: this computer's. */
  readonly askedSource: string | undefined
  /** As Azure understood it. */
  source: string
  durationMs: number
  requestedAtMs: number
  endMs: number
  /** The window that counts now, and those whose place it took. */
  windowId: string
  readonly replaced: Set<string>
  state: 'opening' | 'open' | 'closed'
  openedAtMs?: number
  closedAtMs?: number
  closeReason?: 'expired' | 'revoked'
  sourceDoubt?: 'proxy' | 'notReached'
  /** As the policy last told of it. */
  window?: Window
  firewall?: string | null | undefined
}

export interface Launches {
  take(launch: Launch): void
  /** It was asked for again: its window is another one, and is waited for anew. */
  watchAgain(launch: Launch): void
  all(): Launch[]
  get(id: string): Launch | undefined
  /** The launch that this window is of, or took the place in. */
  ofWindow(window: Window): Launch | undefined
  endpoints(launch: Launch): Endpoint[]
  /** Waits for policies may be cut short: the network is another one. */
  close(): void
}

/** When to look at the policy: soon, then less often; then only for what others do to it. */
const openingPausesMs = [1000, 2000, 3000, 5000]
const [blindPauseMs, blindMs] = [150, 20_000]
const openPauseMs = 30_000
/** Azure says that it is open, and still nothing gets through. */
const doubtMs = 20_000
const sameStartMs = 5000
const endedKeptMs = 10 * 60_000

export function createLaunches(deps: {
  policies: Pick<Policies, 'read'>
  clock: Clock
  /** Azure's time. */
  now: () => number
  /** Whether connections from here come from the source that was asked for; undefined: that is not known. */
  isFromHere: (launch: Launch) => boolean | undefined
  usesProxy: () => Promise<boolean>
  changed: () => void
}): Launches {
  const { policies, clock, now, isFromHere, usesProxy, changed } = deps
  const launches = new Map<string, Launch>()
  const stops = new Map<string, () => void>()
  const reading = new Map<string, Promise<JitPolicy | undefined>>()
  let isClosed = false

  function close(launch: Launch, reason: 'expired' | 'revoked'): void {
    stops.get(launch.id)?.()
    launch.state = 'closed'
    launch.closeReason = reason
    launch.closedAtMs = reason === 'expired' ? Math.min(launch.endMs, now()) : now()
    delete launch.sourceDoubt
    changed()
  }

  function open(launch: Launch): void {
    launch.state = 'open'
    launch.openedAtMs ??= now()
    changed()
  }

  /** Several machines of one policy look at it together. */
  function read(ref: PolicyRef): Promise<JitPolicy | undefined> {
    const key = policyKey(ref)
    const running =
      reading.get(key) ??
      policies
        .read(ref)
        .catch(() => undefined)
        .finally(() => reading.delete(key))
    reading.set(key, running)
    return running
  }

  /** What the policy says of it by now. */
  function look(launch: Launch, windows: readonly Window[]): void {
    const window = windows.find((one) => one.id === launch.windowId) ?? windows.find((one) => isOf(launch, one))
    if (!window) return
    launch.windowId = window.id
    launch.window = window
    launch.firewall = window.machine.publicIpAddress
    launch.endMs = window.endMs
    if (stateOf(window, now()) === 'closed') close(launch, window.endMs <= now() ? 'expired' : 'revoked')
  }

  function start(launch: Launch): void {
    const over = new AbortController()
    const startedAt = clock.monotonicMs()
    let initiatedAt: number | undefined
    let looks = 0
    const timers = new Set<NodeJS.Timeout>()

    function after(ms: number, work: () => void): void {
      const timer = setTimeout(() => {
        timers.delete(timer)
        if (!over.signal.aborted) work()
      }, ms)
      timer.unref()
      timers.add(timer)
    }

    const stopProbe =
      isFromHere(launch) === false
        ? () => undefined
        : watchEndpoints(
            () => endpoints(launch),
            () => {
              delete launch.sourceDoubt
              open(launch)
            },
            () => [...launches.values()].filter(({ state }) => state === 'opening').length,
          )

    async function doubt(): Promise<void> {
      if (launch.state !== 'opening') return
      // Where it is for another place, nothing can be tried from here.
      if (isFromHere(launch) !== false) launch.sourceDoubt = (await usesProxy()) ? 'proxy' : 'notReached'
      if (launch.state === 'opening') open(launch)
    }

    function judge(): void {
      if (launch.state !== 'opening' || !launch.window || stateOf(launch.window, now()) !== 'open') return
      if (isFromHere(launch) === false) {
        open(launch)
        return
      }
      initiatedAt ??= clock.monotonicMs()
      const leftMs = initiatedAt + doubtMs - clock.monotonicMs()
      if (leftMs <= 0) void doubt()
      else after(leftMs, () => void doubt())
    }

    async function lookOn(): Promise<void> {
      const policy = await read(launch.ref)
      if (over.signal.aborted) return
      if (policy) {
        const before = JSON.stringify(launch.window?.ports)
        look(launch, windowsOf(launch.ref, policy))
        if (JSON.stringify(launch.window?.ports) !== before) changed()
      }
      judge()
      plan()
    }

    function plan(): void {
      if (over.signal.aborted) return
      const isSettled = launch.state === 'open' && launch.window !== undefined && stateOf(launch.window, now()) === 'open'
      const isLate = clock.monotonicMs() - startedAt > 5 * 60_000
      const growing = openingPausesMs[looks] ?? openingPausesMs.at(-1) ?? openPauseMs
      // A firewall's port is only known by the policy, so nothing else can notice that it is open.
      const isBlind = launch.state === 'opening' && endpoints(launch).length === 0 && Boolean(launch.firewall)
      const pauseMs = isSettled || isLate ? openPauseMs : isBlind && clock.monotonicMs() - startedAt < blindMs ? blindPauseMs : growing
      looks += 1
      after(pauseMs, () => void lookOn())
    }

    stops.get(launch.id)?.()
    stops.set(launch.id, () => {
      over.abort()
      stopProbe()
      for (const timer of timers) clearTimeout(timer)
      stops.delete(launch.id)
    })
    // Timers of days do not exist: what is longer is looked at again in between.
    const endSoon = () => {
      const leftMs = launch.endMs - now()
      if (leftMs <= 0) close(launch, 'expired')
      else after(Math.min(leftMs, 3600_000), endSoon)
    }
    endSoon()
    judge()
    plan()
  }

  function endpoints(launch: Launch): Endpoint[] {
    if (launch.state === 'closed') return []
    const { publicIp, fqdn, privateIp } = launch.machine
    const ports = launch.window?.ports ?? launch.ports.map((number) => ({ number }))
    return endpointsOf(publicIp || fqdn || privateIp, launch.firewall, ports)
  }

  function forgetOld(): void {
    for (const [id, { state, closedAtMs }] of launches)
      if (state === 'closed' && now() - (closedAtMs ?? 0) > endedKeptMs) launches.delete(id)
  }

  return {
    take(launch) {
      if (isClosed) return
      forgetOld()
      launches.set(launch.id, launch)
      start(launch)
    },
    watchAgain(launch) {
      if (!isClosed) start(launch)
    },
    all: () => [...launches.values()],
    get: (id) => launches.get(id),
    ofWindow: (window) => [...launches.values()].find((launch) => launch.replaced.has(window.id) || isOf(launch, window)),
    endpoints,
    close() {
      isClosed = true
      for (const stop of stops.values()) stop()
    },
  }
}

/** Azure may tell a start in its answer that is not quite the one in its policy; the end is this console's choice. */
function isOf(launch: Launch, window: Window): boolean {
  if (launch.windowId === window.id) return true
  return (
    policyKey(launch.ref) === policyKey(window.ref) &&
    launch.machine.name.toLowerCase() === (window.machine.id.split('/').at(-1) ?? '').toLowerCase() &&
    Math.abs(launch.endMs - window.endMs) < 1000 &&
    Math.abs((launch.window?.startMs ?? 0) - window.startMs) < sameStartMs &&
    (window.request.justification ?? '') === launch.reason &&
    launch.ports.every((port) => window.ports.some(({ number }) => number === port))
  )
}
