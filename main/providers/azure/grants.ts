/** The windows of all policies as grants: this console's own as it watches them, everybody else's as the policies tell. */
import type { ProviderGrant } from '../provider.ts'
import { toIsoDuration } from '../isoDuration.ts'
import type { Inventory } from './inventory.ts'
import type { Launch, Launches } from './launches.ts'
import type { Policies } from './policies.ts'
import { longestEndMs } from './requests.ts'
import { consoleId, policyKey } from './resourceId.ts'
import { closeReasonOf, endpointsOf, sourceOf, stateOf, windowsOf, type Window } from './windows.ts'

const endedShownMs = 10 * 60_000
/** A window of an unknown status is taken to be on its way for so long. */
const unknownMs = 2 * 60_000

export interface Grants {
  toGrant(launch: Launch): ProviderGrant
  list(): ProviderGrant[]
  /** A launch for a window of this person's from an earlier run, so that it can be had longer. */
  adopt(id: string): Launch | undefined
}

export function createGrants(deps: {
  policies: Policies
  inventory: Pick<Inventory, 'get'>
  launches: Launches
  now: () => number
  technician: string
  isMe: (requestor: string) => boolean
}): Grants {
  const { policies, inventory, launches, now, technician, isMe } = deps

  function toGrant(launch: Launch): ProviderGrant {
    const { id, machineId, state, ports, source, reason, endMs, openedAtMs, closedAtMs, closeReason, sourceDoubt } = launch
    const membership = policies.of(launch.machine.id).find(({ ref }) => policyKey(ref) === policyKey(launch.ref))
    return {
      id,
      machineId,
      requestedBy: technician,
      state,
      ports: [...ports],
      source,
      reason,
      duration: toIsoDuration(launch.durationMs),
      requestedAt: iso(launch.requestedAtMs),
      ...(openedAtMs !== undefined && { openedAt: iso(openedAtMs) }),
      endsAt: iso(endMs),
      remainingMs: Math.max(0, endMs - now()),
      ...(membership && state !== 'closed' && { extendableUntil: iso(longestEndMs(membership, ports, now())) }),
      ...(closedAtMs !== undefined && { closedAt: iso(closedAtMs) }),
      ...(closeReason && { closeReason }),
      endpoints: launches.endpoints(launch),
      ...(sourceDoubt && { sourceDoubt }),
    }
  }

  function ofWindow(window: Window): ProviderGrant | undefined {
    const machineId = consoleId(window.machine.id)
    const machine = inventory.get(machineId)
    const nowMs = now()
    const { request, ports, startMs, endMs } = window
    const told = stateOf(window, nowMs)
    const state = told === 'unknown' && nowMs - startMs < unknownMs ? 'opening' : told
    const membership = policies.of(window.machine.id).find(({ ref }) => policyKey(ref) === policyKey(window.ref))
    const isMine = isMe(request.requestor)
    const address = machine ? machine.publicIp || machine.fqdn || machine.privateIp : ''
    return {
      id: window.id,
      machineId,
      requestedBy: isMine ? technician : request.requestor,
      state,
      ports: ports.map(({ number }) => number),
      source: sourceOf(ports),
      reason: request.justification ?? '',
      duration: toIsoDuration(Math.max(0, endMs - startMs)),
      requestedAt: iso(startMs),
      ...(state !== 'opening' && { openedAt: iso(startMs) }),
      endsAt: iso(endMs),
      remainingMs: Math.max(0, endMs - nowMs),
      ...(isMine &&
        membership &&
        state === 'open' && {
          extendableUntil: iso(
            longestEndMs(
              membership,
              ports.map(({ number }) => number),
              nowMs,
            ),
          ),
        }),
      ...(state === 'closed' && { closedAt: iso(Math.min(endMs, nowMs)), closeReason: closeReasonOf(window) }),
      endpoints: state === 'open' || state === 'opening' ? endpointsOf(address, window.machine.publicIpAddress, ports) : [],
    }
  }

  function windows(): Window[] {
    return policies.all().flatMap(({ ref, policy }) => windowsOf(ref, policy))
  }

  return {
    toGrant,
    list() {
      const nowMs = now()
      const others = windows()
        // What ended long ago is for the log.
        .filter((window) => window.endMs > nowMs - endedShownMs && !launches.ofWindow(window))
        .flatMap((window) => ofWindow(window) ?? [])
      return [...launches.all().map(toGrant), ...others]
    },
    adopt(id) {
      const window = windows().find((one) => one.id === id)
      const machine = window && inventory.get(consoleId(window.machine.id))
      if (!window || !machine || !isMe(window.request.requestor) || stateOf(window, now()) === 'closed') return undefined
      const source = sourceOf(window.ports)
      const launch: Launch = {
        id,
        machineId: consoleId(window.machine.id),
        machine,
        ref: window.ref,
        ports: window.ports.map(({ number }) => number),
        reason: window.request.justification ?? '',
        askedSource: source,
        source,
        durationMs: Math.max(0, window.endMs - window.startMs),
        requestedAtMs: window.startMs,
        endMs: window.endMs,
        windowId: id,
        replaced: new Set(),
        state: stateOf(window, now()) === 'open' ? 'open' : 'opening',
        openedAtMs: window.startMs,
        window,
        firewall: window.machine.publicIpAddress,
      }
      launches.take(launch)
      return launch
    },
  }
}

const iso = (ms: number) => new Date(ms).toISOString()
