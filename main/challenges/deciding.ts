/** One decision on one challenge: for what was displayed, signed and sent while the gateway answers, or not at all. */
import type { Decided } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { Clock } from '../ports.ts'
import type { ConsoleEvent } from '../providers/provider.ts'
import type { Known, KnownChallenges } from './known.ts'

export interface Decision {
  decision: 'approve' | 'deny' | 'report'
  /** Of what the window displayed. */
  digest: string
  number?: string
}

export function createDeciding(deps: {
  known: KnownChallenges
  clock: Clock
  refresh: (entry: Known) => Promise<void>
  record: (event: ConsoleEvent) => void
  changed: () => void
}): (entry: Known, decision: Decision) => Promise<Decided> {
  const { known, clock, refresh, record, changed } = deps
  /** A second click while the first is on its way is none (F-47). */
  const onTheWay = new Map<string, Promise<Decided>>()

  function refuse(entry: Known, { decision }: Decision, result: Decided['result']): Decided {
    const challenge = known.view(entry)
    const { machineId, noApproval } = challenge
    const why = result === 'refused' ? (noApproval ?? result) : result
    // What the gateway refuses it writes down itself; this never got there.
    record({ action: 'challenge.notDecided', outcome: 'refused', machineId, detail: { challenge: entry.code.id, decision, why } })
    return { result, challenge }
  }

  /** What this console can see by itself. */
  function isRefusedHere(entry: Known, { decision, digest }: Decision): Decided['result'] | undefined {
    const { digest: displayed, state, noApproval } = known.view(entry)
    if (decision !== 'approve') return undefined
    if (digest !== displayed) return 'changed'
    if (state !== 'pending') return 'over'
    return noApproval === 'otherMachine' ? 'refused' : undefined
  }

  async function send(entry: Known, asked: Decision): Promise<Decided> {
    const { challenges } = entry.provider
    if (!challenges) throw new CallError({ tag: 'notFound', what: 'challenge' })
    const { decision, digest, number } = asked
    try {
      entry.challenge = await challenges.decide(entry.code.id, { decision, digest, ...(number !== undefined && { number }) })
      entry.seenAt = clock.monotonicMs()
      entry.isOffline = false
      changed()
      return { result: 'done', challenge: known.view(entry) }
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      const result = resultOf(error)
      if (result === undefined) {
        if (error.failure.tag === 'offline') {
          entry.isOffline = true
          changed()
        }
        throw error
      }
      await refresh(entry)
      return { result, challenge: known.view(entry) }
    }
  }

  return async function decide(entry, decision) {
    if (decision.decision === 'approve' && decision.number === undefined)
      throw new CallError({ tag: 'invalidInput', field: 'number', problem: 'tooSmall' })
    const refused = isRefusedHere(entry, decision)
    if (refused !== undefined) return refuse(entry, decision, refused)
    const running = onTheWay.get(entry.ref)
    if (running) return running
    const sending = send(entry, decision).finally(() => onTheWay.delete(entry.ref))
    onTheWay.set(entry.ref, sending)
    return sending
  }
}

/** What of it the gateway refused; undefined: it was something else that went wrong. */
function resultOf({ failure }: CallError): Decided['result'] | undefined {
  if (failure.tag === 'notFound') return 'over'
  if (failure.tag !== 'challenge') return undefined
  switch (failure.why) {
    case 'wrongNumber':
      return 'wrongNumber'
    case 'changed':
      return 'changed'
    case 'noSession':
    case 'fourEyes':
    case 'tooMany':
    case 'notAllowed':
    case 'jitOff':
      return 'refused'
    case 'over':
    case 'denied':
    case 'expired':
    case 'burned':
    case 'cancelled':
    case 'failed':
      return 'over'
  }
}
