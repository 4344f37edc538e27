/**
 * A gateway among several that share one store (docs/decisions/0011): its place among them, the grants that its own gate keeps, those that it takes over from
 * who is gone, and what the gateways ask of each other. A gateway that loses its place closes all that it has open, and serves nobody until it has
 * a place again.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../deadlines.ts'
import type { Ending, Endings } from '../endings.ts'
import type { Gate } from '../gates/gate.ts'
import type { Grants } from '../grants.ts'
import type { Log } from '../log.ts'
import { recoverGrants, writeStarted } from '../recovery.ts'
import type { RecoveryParts } from '../recovery.ts'
import type { Store } from '../store/database.ts'
import type { SharedStore } from '../store/opened.ts'
import type { GrantRow } from '../store/tables.ts'
import { adopt, census, isAnythingLeft, join, leave, renew } from './claim.ts'
import type { Census } from './claim.ts'
import { OtherKeys } from './commonKeys.ts'
import type { CommonKeys } from './commonKeys.ts'
import { createErrands, forgetOldErrands } from './errands.ts'
import { createHeldGate } from './heldGate.ts'
import { createLease } from './lease.ts'

export interface Sharing {
  /** The gate, as far as this gateway may use it. */
  gate: Gate
  /** Ends grants wherever they are kept. `own` ends those that are kept here. */
  endings(own: Endings): Endings
  /** Extends grants wherever they are kept. */
  grants(own: Grants): Grants
  /** Milliseconds that a grant has left which another gateway keeps; undefined for one that is kept here. */
  leftElsewhere(row: GrantRow): number | undefined
  /** False: everything is refused as `busy`. */
  isServing(): boolean
  /** How many times this gateway has lost its place, and how many grants it has taken over from others. */
  counts(): { lost: number; takenOver: number }
  /** Who keeps the grants that are not over. Throws when the store cannot be asked. */
  census(): Promise<Census>
  /** Takes a place and what nobody keeps, as far as its gate. Throws when the store cannot be asked, and OtherKeys. */
  start(parts: RecoveryParts): Promise<void>
  /** Tells the others what has changed here. */
  tell(topics: readonly string[]): void
  /** Leaves the place to the others, who have the grants at once. The gates must be closed, and everything written. */
  leave(): Promise<void>
}

export interface SharingParts {
  store: Store
  shared: SharedStore
  gate: Gate
  clock: Clock
  log: Log
  /** Those that people know it by. */
  keys: CommonKeys | undefined
  /** Told of what changed at other gateways; without words when that is not known. */
  onTold: (topics: readonly string[] | undefined) => void
}

const errandWord = 'errands'
const keeperWord = 'keepers'
const cleanEvery = 60

export function createSharing({ store, shared, gate: ownGate, clock, log, keys, onTold }: SharingParts): Sharing {
  const { bell, lifeline } = shared
  const gate = createHeldGate(ownGate)
  let parts: RecoveryParts | undefined
  let own: Endings | undefined
  let ownGrants: Grants | undefined
  let isRecovered = false
  let isStarted = false
  let isRefused = false
  let beats = 0
  let looking: Promise<void> | undefined
  const count = { lost: 0, takenOver: 0 }

  const lease = createLease({
    monotonicMs: () => clock.monotonicMs(),
    async join(former) {
      const id = randomUUID()
      const rows = await join(lifeline, clock, { id, former, keys }).catch((error: unknown) => {
        // Once: it is tried again twice a second.
        if (error instanceof OtherKeys && !isRefused) log.error('there is no place for this gateway', { error: error.message })
        isRefused = error instanceof OtherKeys
        throw error
      })
      isRefused = false
      return {
        id,
        taken() {
          // From here on this gateway writes as who it is now, and only of what it keeps.
          own?.keepOnly(new Set(rows.map((row) => row.id)))
          shared.actAs(id, () => lease.current() === id && lease.lose())
          gate.unshut()
          void recoverNow(id, rows)
        },
      }
    },
    renew: (id) => renew(lifeline, id),
    onLost,
    onBeat() {
      beats += 1
      look()
      shared.askTime().catch(() => {})
      if (beats % cleanEvery === 0) forgetOldErrands(store, clock.now()).catch(() => {})
    },
  })
  const errands = createErrands({
    store,
    nowMs: () => clock.now(),
    tell: () => bell.ring([errandWord]),
    endOwn: (ids, ending) => own?.end(ids, ending) ?? Promise.resolve(),
    extendOwn: (actor, id, by) => ownGrants?.extend(actor, id, by) ?? Promise.resolve(),
  })
  let recovering = Promise.resolve()

  /** One recovery after the other: that of a place that was lost has given up before the next one begins. */
  async function recoverNow(id: string, rows: readonly GrantRow[]): Promise<void> {
    recovering = afterThat(recovering, id, rows)
    await recovering
  }

  async function afterThat(before: Promise<void>, id: string, rows: readonly GrantRow[]): Promise<void> {
    await before
    try {
      if (parts === undefined || lease.current() !== id) return
      if (!isStarted) await writeStarted(parts)
      isStarted = true
      const asked = await errands.endingsOf(rows.map((row) => row.id))
      await recoverGrants({ ...parts, isGivenUp: () => lease.current() !== id }, rows, asked)
      isRecovered = lease.current() === id
      onTold(undefined)
    } catch (error) {
      log.error('grants were not recovered', { error: String(error) })
      // Half of it is done, and nobody else will do the rest: out, and in again, where all of it is claimed anew.
      if (lease.current() === id) lease.lose()
    }
  }

  /** Runs by itself when the lease is over: nothing may be open any more when it returns. */
  function onLost(): void {
    isRecovered = false
    count.lost += 1
    parts?.deadlines.stop()
    parts?.lapses.stop()
    gate.shut().catch((error: unknown) => log.error('gates did not close', { error: String(error) }))
    log.error('this gateway has lost its place at the store: all its gates are closed')
  }

  /** After what others left, and what they ask. One at a time. */
  function look(): void {
    looking ??= lookNow()
      .catch((error: unknown) => log.error('the store could not be looked at', { error: String(error) }))
      .finally(() => (looking = undefined))
  }

  async function lookNow(): Promise<void> {
    const id = lease.current()
    if (id === undefined || !isRecovered) return
    void errands.runOwn(id)
    if (!(await isAnythingLeft(lifeline))) return
    const rows = await adopt(store, clock, id)
    count.takenOver += rows.length
    if (rows.length > 0) log.info('grants taken over', { grants: rows.length })
    await recoverNow(id, rows)
  }

  bell.listen((words) => {
    const topics = words?.filter((word) => word !== errandWord && word !== keeperWord)
    if (topics === undefined || topics.length > 0) onTold(topics)
    if (words === undefined || words.includes(errandWord)) errands.look()
    if (words === undefined || words.length !== topics?.length) look()
  })

  function isElsewhere({ id, keeper }: Pick<GrantRow, 'id' | 'keeper'>): boolean {
    return keeper !== null && keeper !== undefined && keeper !== lease.current() && !gate.holds(id)
  }

  async function endOthers(endings: Endings, ids: readonly string[], ending: Ending): Promise<void> {
    try {
      const rows = await store.selectFrom('grants').select(['id', 'keeper']).where('id', 'in', ids).where('closedAt', 'is', null).execute()
      const elsewhere = new Set(rows.filter(isElsewhere).map(({ id }) => id))
      const here = ids.filter((id) => !elsewhere.has(id))
      await Promise.all([
        here.length > 0 ? endings.end(here, ending) : undefined,
        elsewhere.size > 0 ? errands.end([...elsewhere], ending) : undefined,
      ])
    } catch (error) {
      log.error('another gateway could not be asked to end grants', { count: ids.length, error: String(error) })
    }
  }

  return {
    gate,
    endings(endings) {
      own = endings
      return {
        ...endings,
        async end(ids, ending) {
          const here = ids.filter((id) => gate.holds(id))
          const others = ids.filter((id) => !gate.holds(id))
          // Asked before anything is waited for: what is kept here is closed at once.
          const ended = here.length > 0 ? endings.end(here, ending) : undefined
          if (others.length > 0) await endOthers(endings, others, ending)
          await ended
        },
      }
    },
    grants(grants) {
      ownGrants = grants
      return {
        ...grants,
        async extend(actor, id, by) {
          const row = await store.selectFrom('grants').select(['id', 'keeper']).where('id', '=', id).executeTakeFirst()
          if (row === undefined || !isElsewhere(row)) return await grants.extend(actor, id, by)
          await errands.extend(actor, id, by)
          return await grants.get(id)
        },
      }
    },
    leftElsewhere: (row) => (isElsewhere(row) && row.endsAt !== null ? Math.max(0, row.endsAt - clock.now()) : undefined),
    isServing: () => lease.current() !== undefined && isRecovered,
    counts: () => ({ ...count }),
    census: () => census(lifeline, lease.current()),
    async start(recovery) {
      parts = recovery
      // What a gate outside of this process kept through a crash is nobody's yet.
      await gate.shut()
      await lease.start()
      await recovering
      if (!isRecovered) throw new Error('the grants in the store could not be recovered')
    },
    tell: (topics) => bell.ring(topics),
    async leave() {
      await lease.stop()
      await looking
      const id = lease.current()
      shared.actAs(undefined, () => {})
      if (id !== undefined) await leave(lifeline, id)
      bell.ring([keeperWord])
    },
  }
}
