/**
 * Who uses a grant, so that it is given back when its last session ended (REQ-6, a setting). There is a grace: a technician who
 * connects again at once is asked nothing, and one whose connection broke has a minute to come back.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { GrantsForSessions } from './needs.ts'

export const releaseGraceMs = 3000
export const brokenGraceMs = 60_000
const closePatienceMs = 1000

export interface GrantHolds {
  /** Keeps the grant while somebody is at it. The answer lets go; `graceMs` absent: nothing is given back because of it. */
  hold(grantId: string): (graceMs?: number) => void
  /** Whether somebody beside one is at it. */
  isHeldByOthers(grantId: string): boolean
  /** Gives back now what was waiting for the end of its grace. */
  close(): Promise<void>
}

/** `wanted` is asked at the end of the grace. A release that fails is no harm: the grant ends at its own time. */
export function createGrantHolds(grants: Pick<GrantsForSessions, 'release'>, wanted: () => boolean): GrantHolds {
  const holders = new Map<string, number>()
  const timers = new Map<string, NodeJS.Timeout>()

  function stopTimer(grantId: string): void {
    clearTimeout(timers.get(grantId))
    timers.delete(grantId)
  }

  return {
    hold(grantId) {
      const pending = timers.has(grantId)
      stopTimer(grantId)
      holders.set(grantId, (holders.get(grantId) ?? 0) + 1)
      let held = true
      return (graceMs) => {
        if (!held) return
        held = false
        const left = (holders.get(grantId) ?? 1) - 1
        if (left > 0) {
          holders.set(grantId, left)
          return
        }
        holders.delete(grantId)
        // An attempt that came to nothing leaves things as they were: what was about to be given back still is.
        const grace = graceMs ?? (pending ? releaseGraceMs : undefined)
        if (grace === undefined) return
        const timer = setTimeout(() => {
          timers.delete(grantId)
          if (wanted()) grants.release(grantId, 'lastSessionEnded').catch(() => undefined)
        }, grace)
        timers.set(grantId, timer)
      }
    },
    isHeldByOthers: (grantId) => (holders.get(grantId) ?? 0) > 1,
    async close() {
      const due = [...timers.keys()]
      for (const grantId of due) stopTimer(grantId)
      if (due.length === 0 || !wanted()) return
      // Nobody comes back to a console that is closing, and it does not wait for a gateway that is out of reach.
      const releases = Promise.allSettled(due.map((grantId) => grants.release(grantId, 'lastSessionEnded')))
      await Promise.race([releases, delay(closePatienceMs, undefined, { ref: false })])
    },
  }
}
