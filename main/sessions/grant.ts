/** From a click to an open port: the grant that is open already, or a new one, waited for through approval and opening. */
import type { Failure, Grant } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import { orStopped, type AttemptRun } from './attempt.ts'
import type { GrantsForSessions } from './needs.ts'

/**
 * The open grant for the machine's `port`. Steps: request, approval, open; none of them where a grant is open. An attempt that is
 * stopped on the way, also later, gives back what it asked for if `mayGiveBack`. Throws CallError: what the request was refused with, denied, grantEnded, gateFailed.
 */
export async function obtainGrant(
  grants: GrantsForSessions,
  attempt: AttemptRun,
  port: number,
  mayGiveBack: (grantId: string) => boolean,
): Promise<Grant> {
  const { machineId } = attempt.input
  const already = grants.openGrantFor(machineId, port)
  if (already) return already

  attempt.at('request')
  const news = listen(grants)
  try {
    const opening = grants.openingGrantFor(machineId, port)
    const asked = opening
      ? Promise.resolve(opening)
      : grants.request({ idempotencyKey: attempt.attemptId, machineId, ports: [port], reason: '' })
    const give = async ({ grantId }: Grant) => mayGiveBack(grantId) && grants.release(grantId, 'cancelled')
    // The request cannot be called back while it is on its way; its grant is given back as soon as it is known.
    // Should that fail, the grant ends at its own time.
    attempt.signal.addEventListener('abort', () => void asked.then(give).catch(() => undefined), { once: true })
    const grant = await orStopped(asked, attempt.signal)
    for (;;) {
      const now = news.latest(grant.grantId) ?? grant
      const ended = news.ended(grant.grantId)
      const step = ended === undefined ? waitingStep(now) : 'over'
      // Who denied it, and why, is in the grant as it is at the end.
      if (step === 'over') throw new CallError(failureOf(await grants.get(grant.grantId).catch(() => now), ended))
      if (step === undefined) {
        attempt.at('open')
        return now
      }
      attempt.at(step)
      await orStopped(news.next(), attempt.signal)
    }
  } finally {
    news.stop()
  }
}

/** What is being waited for, undefined when the port is open. */
function waitingStep(grant: Grant): 'approval' | 'open' | 'over' | undefined {
  switch (grant.state) {
    case 'requested':
      return 'approval'
    case 'approved':
    case 'opening':
      return 'open'
    case 'open':
      return undefined
    case 'unknown':
      throw new CallError({ tag: 'gateFailed', detail: 'the gate did not answer' })
    case 'denied':
    case 'cancelled':
    case 'lapsed':
    case 'closing':
    case 'closed':
      return 'over'
  }
}

/** Why the port will never be open. `ended`: what was told at the end. */
function failureOf({ state, closeReason, denied }: Grant, ended: string | undefined): Failure {
  if (state === 'denied') return { tag: 'denied', why: 'denied', ...(denied && { by: denied.by }), reason: denied?.reason ?? '' }
  if (state === 'lapsed') return { tag: 'denied', why: closeReason === 'policyChanged' ? 'policyChanged' : 'lapsed', reason: '' }
  if (ended === 'gateFailed' || closeReason === 'gateFailed') return { tag: 'gateFailed', detail: '' }
  return { tag: 'grantEnded', reason: ended ?? closeReason ?? state }
}

/** Keeps what is told of any grant from now on: the news of a grant may come before the answer that names it. */
function listen(grants: GrantsForSessions) {
  const seen = new Map<string, Grant>()
  const over = new Map<string, string>()
  let waiting: (() => void)[] = []
  let unread = false
  const wake = () => {
    unread = true
    for (const go of waiting) go()
    waiting = []
  }
  const stops = [
    grants.onChanged((grant) => {
      seen.set(grant.grantId, grant)
      wake()
    }),
    grants.onEnded((grantId, reason) => {
      over.set(grantId, reason)
      wake()
    }),
  ]
  return {
    latest: (grantId: string) => seen.get(grantId),
    ended: (grantId: string) => over.get(grantId),
    async next() {
      if (!unread) await new Promise<void>((resolve) => waiting.push(resolve))
      unread = false
    },
    stop: () => stops.forEach((stop) => stop()),
  }
}
