/** The challenges that this console has read: a bounded list in memory, each once. Nothing of them is ever on disk. */
import type { Challenge, FoundIn } from '../../preload/contract.ts'
import type { Clock } from '../ports.ts'
import { qualify } from '../providers/ids.ts'
import type { Provider, ProviderChallenge } from '../providers/provider.ts'

export interface Known {
  readonly ref: string
  readonly provider: Provider
  /** With the nonce where the picture was read, and the text of that. */
  readonly code: { id: string; nonce?: string }
  readonly text: string
  challenge: ProviderChallenge
  /** Monotonic: when the provider last told. */
  seenAt: number
  isOffline: boolean
  found: { in: FoundIn; at: string; on?: { machineId: string; name: string }; prompt?: string }
}

export interface KnownChallenges {
  get(ref: string): Known | undefined
  /** Newest first; without those that were over long ago. */
  all(): Known[]
  put(entry: Known): void
  forget(refs: readonly string[]): void
  forgetProvider(provider: Provider): void
  /** As the window sees it, with the time left as it is now. */
  view(entry: Known): Challenge
  isLive(entry: Known): boolean
  /** Milliseconds until the next one expires; undefined when none waits. */
  nextExpiryMs(): number | undefined
}

const mostKept = 500
/** How long one that is over can still be looked at. */
const overKeptMs = 60 * 60_000

/** What a name is at most here; a machine may call itself anything. */
const longestText = 200

/** `clean`: foreign text as it may be shown (F-79). */
export function createKnownChallenges(clock: Clock, clean: (text: string, maxLength: number) => string): KnownChallenges {
  const entries = new Map<string, Known>()

  const plain = (text: string) => clean(text, longestText)

  function remainingMs({ challenge, seenAt }: Known): number {
    return Math.max(0, Math.round(challenge.remainingMs - (clock.monotonicMs() - seenAt)))
  }

  /** F-66: when the gateway's ten minutes are over it is expired, whether or not the gateway can be asked. */
  function stateOf(entry: Known): Challenge['state'] {
    return entry.challenge.state === 'pending' && remainingMs(entry) === 0 ? 'expired' : entry.challenge.state
  }

  const isOver = (entry: Known) => overStates.has(stateOf(entry))

  /** The oldest go first, and of those the ones that nobody can decide any more. */
  function makeRoom(): void {
    const surplus = entries.size - mostKept
    if (surplus <= 0) return
    const oldestFirst = [...entries.values()]
    const over = oldestFirst.filter(isOver)
    for (const { ref } of [...over, ...oldestFirst.filter((entry) => !isOver(entry))].slice(0, surplus)) entries.delete(ref)
  }

  return {
    get: (ref) => entries.get(ref),
    all() {
      const now = clock.monotonicMs()
      for (const entry of entries.values()) if (isOver(entry) && now - entry.seenAt > overKeptMs) entries.delete(entry.ref)
      return [...entries.values()].toReversed()
    },
    put(entry) {
      entries.set(entry.ref, entry)
      makeRoom()
    },
    forget(refs) {
      for (const ref of refs) entries.delete(ref)
    },
    forgetProvider(provider) {
      for (const entry of entries.values()) if (entry.provider === provider) entries.delete(entry.ref)
    },
    isLive: (entry) => !isOver(entry),
    nextExpiryMs() {
      const left = [...entries.values()].filter((entry) => stateOf(entry) === 'pending').map(remainingMs)
      return left.length === 0 ? undefined : Math.min(...left)
    },
    view(entry) {
      const { provider, challenge, found, isOffline, ref } = entry
      const { id: _id, machine, noApproval: refused, remainingMs: _told, from, terminal, ...shown } = challenge
      const machineId = qualify(provider, machine.id)
      const noApproval = found.on && found.on.machineId !== machineId ? 'otherMachine' : isOffline ? 'offline' : refused
      return {
        ...shown,
        ref,
        gatewayId: provider.id,
        gatewayName: provider.name,
        machineId,
        machineName: plain(machine.name),
        site: plain(machine.site),
        address: plain(machine.address),
        userName: plain(challenge.userName),
        asked: plain(challenge.asked),
        signedIn: challenge.signedIn.map(plain),
        ...(from !== undefined && { from: plain(from) }),
        ...(terminal !== undefined && { terminal: plain(terminal) }),
        os: machine.os,
        remainingMs: remainingMs(entry),
        asOf: new Date(clock.now()).toISOString(),
        state: stateOf(entry),
        binding: bindingOf(provider, challenge),
        ...(noApproval !== undefined && { noApproval }),
        foundIn: found.in,
        foundAt: found.at,
        ...(found.on && { foundOn: found.on }),
        ...(found.prompt !== undefined && { prompt: found.prompt }),
      }
    },
  }
}

const overStates: ReadonlySet<Challenge['state']> = new Set(['denied', 'expired', 'burned', 'cancelled', 'ended', 'failed'])

function bindingOf(provider: Provider, { binding }: ProviderChallenge): Challenge['binding'] {
  const { grantId, ...rest } = binding
  return grantId === undefined ? rest : { ...rest, grantId: qualify(provider, grantId) }
}
