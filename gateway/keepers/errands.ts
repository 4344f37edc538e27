/**
 * What a gateway asks the keeper of a grant to do, since only the keeper's gate holds it: written in the store they share, told at once, and found
 * by looking where the telling was lost. Whoever keeps the grant by then does it, so an errand outlives the gateway that it was meant for.
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { CloseReason, Problem } from '../api.ts'
import type { Ending } from '../endings.ts'
import { GatewayProblem } from '../problems.ts'
import type { Store } from '../store/database.ts'
import type { ErrandRow } from '../store/tables.ts'

export interface Errands {
  /** Resolves when the keepers have ended these, or after ten seconds. Throws when the store cannot be asked. */
  end(grantIds: readonly string[], ending: Ending): Promise<void>
  /** Throws what the keeper threw, and GatewayProblem `busy` when none did it within ten seconds. */
  extend(actor: string, grantId: string, by: string): Promise<void>
  /** Does what this gateway was asked for. Never rejects. */
  runOwn(keeper: string): Promise<void>
  /** How those among these grants were asked to end. */
  endingsOf(grantIds: readonly string[]): Promise<Map<string, Ending>>
  /** Looks at answers now. */
  look(): void
}

export interface ErrandParts {
  store: Store
  nowMs: () => number
  /** Tells the others that there is something to do, or to read. */
  tell: () => void
  endOwn: (grantIds: readonly string[], ending: Ending) => Promise<void>
  extendOwn: (actor: string, grantId: string, by: string) => Promise<unknown>
}

const Answer = z.object({ problem: Problem.optional() })
const patienceMs = 10_000
const lookAgainMs = 250
const keptMs = 60_000
const rowsAtOnce = 1000

export function createErrands({ store, nowMs, tell, endOwn, extendOwn }: ErrandParts): Errands {
  const running = new Set<string>()
  const lookers = new Set<() => void>()

  async function ask(rows: readonly ErrandRow[]): Promise<(Problem | undefined)[] | undefined> {
    for (let start = 0; start < rows.length; start += rowsAtOnce) {
      await store
        .insertInto('errands')
        .values(rows.slice(start, start + rowsAtOnce))
        .execute()
    }
    tell()
    const answers = new Map<string, Problem | undefined>()
    const untilMs = performance.now() + patienceMs
    while (answers.size < rows.length && performance.now() < untilMs) {
      await nextLook()
      const open = rows.map(({ id }) => id).filter((id) => !answers.has(id))
      const answered = await store.selectFrom('errands').select(['id', 'answer']).where('id', 'in', open.slice(0, rowsAtOnce)).execute()
      for (const { id, answer } of answered) if (answer !== null) answers.set(id, Answer.parse(JSON.parse(answer)).problem)
    }
    return answers.size < rows.length ? undefined : [...answers.values()]
  }

  function nextLook(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        lookers.delete(done)
        resolve()
      }
      const timer = setTimeout(done, lookAgainMs)
      lookers.add(done)
    })
  }

  async function writeAnswer(ids: readonly string[], problem?: Problem): Promise<void> {
    await store
      .updateTable('errands')
      .set({ answer: JSON.stringify({ problem }) })
      .where('id', 'in', ids)
      .execute()
  }

  async function run(rows: readonly ErrandRow[]): Promise<void> {
    const ends = Map.groupBy(
      rows.filter(({ what }) => what === 'end'),
      ({ actor, asked }) => JSON.stringify([actor, asked]),
    )
    const ending = [...ends.values()].map(async (same) => {
      const [{ actor, asked } = { actor: '', asked: '' }] = same
      await endOwn(
        same.map(({ grantId }) => grantId),
        { actor, reason: CloseReason.parse(asked) },
      )
      await writeAnswer(same.map(({ id }) => id))
    })
    const extending = rows
      .filter(({ what }) => what === 'extend')
      .map(async ({ id, actor, grantId, asked }) => {
        const problem = await extendOwn(actor, grantId, asked).then(
          () => undefined,
          (error: unknown) => (error instanceof GatewayProblem ? error.problem : new GatewayProblem('internal').problem),
        )
        await writeAnswer([id], problem)
      })
    await Promise.allSettled([...ending, ...extending])
    tell()
  }

  const errand = (what: ErrandRow['what'], grantId: string, actor: string, asked: string): ErrandRow => {
    return { id: randomUUID(), grantId, what, actor, asked, askedAt: nowMs(), answer: null }
  }

  return {
    async end(grantIds, { actor, reason }) {
      await ask(grantIds.map((grantId) => errand('end', grantId, actor, reason)))
    },
    async extend(actor, grantId, by) {
      const answers = await ask([errand('extend', grantId, actor, by)])
      if (answers === undefined) throw new GatewayProblem('busy')
      const [problem] = answers
      if (problem !== undefined) throw toError(problem)
    },
    async runOwn(keeper) {
      try {
        const rows = await store
          .selectFrom('errands')
          .innerJoin('grants', 'grants.id', 'errands.grantId')
          .selectAll('errands')
          .where('grants.keeper', '=', keeper)
          .where('errands.answer', 'is', null)
          .orderBy('askedAt')
          .limit(rowsAtOnce)
          .execute()
        const fresh = rows.filter(({ id }) => !running.has(id))
        if (fresh.length === 0) return
        for (const { id } of fresh) running.add(id)
        await run(fresh).finally(() => fresh.forEach(({ id }) => running.delete(id)))
      } catch {
        // The store is away: what was asked for is still there when it is back.
      }
    },
    async endingsOf(grantIds) {
      const rows = await store
        .selectFrom('errands')
        .selectAll()
        .where('what', '=', 'end')
        .where('answer', 'is', null)
        .where('askedAt', '>', nowMs() - keptMs)
        .execute()
      const wanted = new Set(grantIds)
      const asked = rows.filter(({ grantId }) => wanted.has(grantId))
      return new Map(asked.map((row) => [row.grantId, { actor: row.actor, reason: CloseReason.parse(row.asked) }]))
    },
    look: () => [...lookers].forEach((done) => done()),
  }
}

function toError({ code, status, field, allowed, reason }: Problem): GatewayProblem {
  const facts = {
    ...(field !== undefined && { field }),
    ...(allowed !== undefined && { allowed }),
    ...(reason !== undefined && { reason }),
  }
  return new GatewayProblem(code, facts, { status })
}

/** Takes away errands that nobody waits for any more. */
export async function forgetOldErrands(store: Store, nowMs: number): Promise<void> {
  await store
    .deleteFrom('errands')
    .where('askedAt', '<', nowMs - keptMs)
    .execute()
}
