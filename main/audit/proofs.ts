/**
 * Proves what is kept of each log (AUD-3): its tree's root must be the one of the last checkpoint that was found right. Where it is not, the events that
 * are not what they were are found, marked and read anew (F-81); when what the log serves then is not in its own tree either, the log is accused.
 */
import { CallError } from '../callError.ts'
import type { StoredEvents } from '../localStore.ts'
import type { Log } from '../log.ts'
import { leafOf } from '../logLeaf.ts'
import type { Clock } from '../ports.ts'
import type { LogCheckpoint, Provider } from '../providers/provider.ts'
import type { LogCopy } from './logCopy.ts'
import type { LogWitness } from './witness.ts'

export interface Proofs {
  /** Compares roots, and everything once a day. Never rejects. */
  prove(providerId: string): Promise<void>
  /** Compares everything now. Throws CallError keychain, when nothing can be read. */
  verify(providerId: string): Promise<void>
  /** 0 to 1 while everything is compared. */
  checking(providerId: string): number | undefined
}

const everyMs = 24 * 60 * 60_000
/** More than this is not mended event by event: all of it is read anew. */
const mostRounds = 8

export function createProofs(deps: {
  events: StoredEvents
  witness: Pick<LogWitness, 'point' | 'accuse'>
  copyOf: (providerId: string) => { provider: Provider; copy: LogCopy } | undefined
  clock: Clock
  log: Pick<Log, 'warn' | 'error'>
  changed: (what: 'news' | 'progress') => void
}): Proofs {
  const { events, witness, copyOf, clock, log, changed } = deps
  const states = new Map<string, { running: Promise<void> | undefined; checking: number | undefined; comparedAt: number | undefined }>()

  function stateOf(id: string) {
    const known = states.get(id) ?? { running: undefined, checking: undefined, comparedAt: undefined }
    states.set(id, known)
    return known
  }

  /** One after the other: both write what is found. */
  async function inTurn(id: string, work: () => Promise<void>): Promise<void> {
    const state = stateOf(id)
    const before = state.running
    const mine = (async () => {
      await before?.catch(() => undefined)
      await work()
    })()
    state.running = mine
    await mine
  }

  /** The last point, when all that it is about is here. */
  async function provable(id: string): Promise<{ point: LogCheckpoint; verified: number; isMarked: boolean } | undefined> {
    const signed = await witness.point(id)
    if (!signed || signed.checkpoint.size === 0) return undefined
    const { hashesFrom, have, verified, changed: marked } = await events.extent(id)
    const isHere = hashesFrom === 1 && have >= signed.checkpoint.size
    return isHere ? { point: signed.checkpoint, verified, isMarked: marked.length > 0 } : undefined
  }

  async function look(id: string, isFull: boolean): Promise<void> {
    const found = await provable(id)
    if (!found) return
    const { point, verified, isMarked } = found
    const state = stateOf(id)
    const isDue = isFull || isMarked || state.comparedAt === undefined || clock.monotonicMs() - state.comparedAt > everyMs
    if (verified < point.size) {
      if ((await events.root(id, point.size)) === point.root) await accept(id, point)
      else if (!isDue) return compareAll(id, point)
    }
    if (isDue) await compareAll(id, point)
  }

  async function accept(id: string, { size }: LogCheckpoint): Promise<void> {
    await events.markVerified(id, size)
    changed('news')
  }

  async function compareAll(id: string, point: LogCheckpoint): Promise<void> {
    const state = stateOf(id)
    state.comparedAt = clock.monotonicMs()
    try {
      for (let round = 0; round < mostRounds; round += 1) {
        state.checking = 0
        changed('progress')
        const { root, changed: wrong } = await events.check(id, point.size, (done) => {
          state.checking = done
          changed('progress')
        })
        const isRight = wrong.length === 0 && root === point.root
        if (isRight) return await accept(id, point)
        const first = wrong.length > 0 ? wrong : await firstWrong(id, point)
        if (!(await mend(id, first, wrong.length === 0))) return
      }
      log.warn({ provider: id }, 'too much of a log was changed here; all of it is read anew')
      await copyOf(id)?.copy.startAnew()
    } catch (error) {
      if (!(error instanceof CallError) || error.failure.tag !== 'offline') throw error
      // What is wrong is marked, and is looked for again when the log can be asked.
      state.comparedAt = undefined
    } finally {
      state.checking = undefined
      changed('progress')
    }
  }

  /** False when it did not come to anything: the log cannot be asked, or serves what is not in its tree. */
  async function mend(id: string, seqs: readonly number[], isByTheLog: boolean): Promise<boolean> {
    log.error({ provider: id, count: seqs.length, first: seqs[0] }, 'events that are kept are not what they were')
    const [first = 0] = seqs
    const before = await leafAt(id, first)
    await events.markChanged(id, seqs)
    changed('news')
    const found = copyOf(id)
    if (!found || (await found.copy.again(seqs)) < seqs.length) return false
    if (!isByTheLog || (await leafAt(id, first)) !== before) return true
    // It is here as the log serves it, and the log's own tree has another one.
    await events.markChanged(id, [first])
    changed('news')
    await witness.accuse(id)
    return false
  }

  async function leafAt(id: string, seq: number): Promise<string | undefined> {
    const kept = await events.one(id, seq)
    return kept && leafOf(kept.event)
  }

  /** The first event that the tree does not have: the log proves of each beginning of ours whether it is its own. */
  async function firstWrong(id: string, point: LogCheckpoint): Promise<number[]> {
    const proofs = copyOf(id)?.provider.log
    if (!proofs) return []
    let right = 0
    let wrong = point.size
    while (wrong - right > 1) {
      const size = Math.floor((right + wrong) / 2)
      const root = (await events.root(id, size)) ?? ''
      if ((await proofs.compare({ ...point, size, root }, point)) === 'extends') right = size
      else wrong = size
    }
    return [wrong]
  }

  return {
    checking: (id) => states.get(id)?.checking,
    async prove(id) {
      try {
        await inTurn(id, () => look(id, false))
      } catch (error) {
        // It is tried again with the next point; whether the log can be asked is told by whoever asks it.
        log.warn({ provider: id, err: error }, 'a log could not be proved')
        stateOf(id).comparedAt = error instanceof CallError ? undefined : clock.monotonicMs()
      }
    },
    verify: (id) => inTurn(id, () => look(id, true)),
  }
}
