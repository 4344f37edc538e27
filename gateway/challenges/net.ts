/**
 * Where several gateways share a store, a machine's agent may wait at one while the technician decides at another: what changed is looked for each
 * second, with one query however many wait, and none while nobody does.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Waits } from '../enrolments/waits.ts'
import type { Store } from '../store/database.ts'
import { challengeKey, ordersKey } from './keys.ts'

const lookMs = 1000

interface Seen {
  change: number
  policies: string
}

/** Looks now; and stops when `stopping` is aborted, which settles the promise. */
export async function watchStore(store: Store, waits: Waits, stopping: AbortSignal, everyMs = lookMs): Promise<void> {
  let seen: Seen | undefined
  while (!stopping.aborted) {
    await sleep(everyMs, undefined, { signal: stopping, ref: false }).catch(() => {})
    if (waits.count() === 0 || stopping.aborted) continue
    // A store that is away for a moment is asked again; nobody who waits depends on this alone.
    seen = await look(store, waits, seen).catch(() => seen)
  }
}

async function look(store: Store, waits: Waits, seen: Seen | undefined): Promise<Seen> {
  const { rows } = await sql<{ change: number; count: number; version: number }>`
    select (select change from store) as change, (select count(*) from policies) as count,
      (select coalesce(max(version), 0) from policies) as version`.execute(store)
  const [now] = rows
  if (now === undefined) throw new Error('the store has lost its counter')
  const policies = `${now.count} ${now.version}`
  if (seen === undefined || seen.policies !== policies) waits.ringAll()
  else if (seen.change !== now.change) {
    const challenges = await store.selectFrom('challenges').select(['id', 'machineId']).where('change', '>', seen.change).execute()
    const machines = await store.selectFrom('machines').select('id').where('change', '>', seen.change).execute()
    waits.ring(challenges.flatMap(({ id, machineId }) => [challengeKey(id), ordersKey(machineId)]))
    waits.ring(machines.map(({ id }) => ordersKey(id)))
  }
  return { change: now.change, policies }
}
