/**
 * F-68: somebody with open access to other machines looks at a challenge of one where they have none, and policy wants that they had. That is how a
 * technician is tricked into approving another machine's, so it is an event, once a challenge and person.
 */
import type { Caller } from '../api.ts'
import { writeEvents } from '../auditLog.ts'
import type { Challenge } from '../contract/challenges.ts'
import type { Store } from '../store/database.ts'

const mostRemembered = 10_000

export function createMismatches(store: Store, now: () => number) {
  const told = new Set<string>()
  return {
    /** Answers whether it was one that was not told of before. */
    async note({ technician }: Caller, { display, state, noApproval }: Challenge): Promise<boolean> {
      const key = `${display.id} ${technician}`
      if (state !== 'pending' || noApproval !== 'noSession' || told.has(key)) return false
      const open = await store
        .selectFrom('grants')
        .select('machineId')
        .where('requestedBy', '=', technician)
        .where('closedAt', 'is', null)
        .where('state', '=', 'open')
        .limit(1)
        .executeTakeFirst()
      if (open === undefined) return false
      const [oldest] = told
      if (told.size >= mostRemembered && oldest !== undefined) told.delete(oldest)
      told.add(key)
      const detail = { challenge: display.id, asked: display.asked, openTo: open.machineId }
      await store
        .transaction()
        .execute((tx) =>
          writeEvents(tx, now(), [
            { actor: technician, machine: display.machine, action: 'challenge.mismatch', outcome: 'refused', detail },
          ]),
        )
      return true
    },
  }
}
