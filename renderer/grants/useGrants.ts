import { useEffect } from 'react'
import type { Grant } from '../../preload/contract.ts'
import { queries, useAsk } from '../door.ts'
import { noteRemaining, useTick } from './remaining.ts'

/** Grants that are not over yet, in whatever state. */
export function isCurrent(grant: Pick<Grant, 'state'>): boolean {
  switch (grant.state) {
    case 'requested':
    case 'approved':
    case 'opening':
    case 'open':
    case 'closing':
    case 'unknown':
      return true
    case 'denied':
    case 'cancelled':
    case 'lapsed':
    case 'closed':
      return false
  }
}

/** This technician's grants. Countdowns of an answer start when it arrives here. */
export function useGrants() {
  const asked = useAsk('grants.list', {})
  useEffect(() => {
    for (const { endsAt, remainingMs } of asked.data?.grants ?? []) {
      if (endsAt !== undefined && remainingMs !== undefined) noteRemaining(endsAt, remainingMs)
    }
  }, [asked.data])
  return asked
}

/** The grant with this id, if it is on the list. */
export function useGrant(grantId: string): Grant | undefined {
  return useGrants().data?.grants.find((grant) => grant.grantId === grantId)
}

/** More than a tick apart: the computer slept, or its clock was set. */
const sleptMs = 5_000
let before: { monotonicMs: number; wallMs: number } | undefined

/** Asks again after a sleep, during which a clock that never steps may have stood still (F-101). */
export function useWakeUp(): void {
  const now = useTick()
  useEffect(() => {
    const gapMs = before ? Math.abs(now.wallMs - before.wallMs - (now.monotonicMs - before.monotonicMs)) : 0
    before = now
    if (gapMs > sleptMs) {
      void queries.invalidateQueries({ predicate: ({ queryKey }) => /^(?:grants|sessions)\./.test(String(queryKey[0])) })
    }
  }, [now])
}
