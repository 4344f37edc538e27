/**
 * One log's copy on this computer: the newest events first, so that there is something to look at, then the older ones back to the first, one page at a
 * time, from where it was left; and always first what happens now. It never writes over what is there, and stops where the log is not the one that it was.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CallError } from '../callError.ts'
import type { LogExtent, StoredEvents } from '../localStore.ts'
import type { Log } from '../log.ts'
import { leafHashOf, leafOf } from '../logLeaf.ts'
import { withJitter } from '../network/patience.ts'
import type { Clock } from '../ports.ts'
import type { LogEvent, ProviderEvents } from '../providers/provider.ts'

export interface LogCopy {
  /** Asks for what is new. Resolves when the newest events are here, or could not be had; the rest goes on. Never rejects. */
  ask(): Promise<void>
  /** Reads these events anew, and answers how many came. Throws CallError offline, badAnswer. */
  again(seqs: readonly number[]): Promise<number>
  /** What is here is of another log: begins anew. */
  startAnew(): Promise<void>
  state(): { isSyncing: boolean; isOffline: boolean }
  stop(): void
}

/** As many as a gateway gives at once. */
const pageSize = 1000
/** Put into the store at once: while it writes, whoever looks at the log waits. */
export const putSize = 125
/** When more happened than this while the console was away, the newest come first, and the gap is filled then. */
const farAway = 5 * pageSize
const [firstPauseMs, longestPauseMs] = [1000, 60_000]

/** Not an error: there is nothing more to do before the log rings again, or an alarm is over. */
class Halt extends Error {}

export function createLogCopy(deps: {
  id: string
  source: ProviderEvents
  events: StoredEvents
  clock: Clock
  log: Pick<Log, 'warn' | 'error'>
  /** Whether an event of this time is to be kept, or only its hash. */
  isKept: (at: number) => boolean
  isChanged: () => boolean
  doubt: (how: 'shorter' | 'forked', isProved: boolean) => Promise<'alarm' | 'holds' | 'unknown'>
  /** `news`: something happened, or is not what it was. `older`: more of what happened before is here. `progress`: how it goes. */
  changed: (what: 'news' | 'older' | 'progress') => void
  /** The newest are here. */
  caughtUp: () => void
}): LogCopy {
  const { id, source, events, clock, log, isKept, isChanged, doubt, changed, caughtUp } = deps
  let isStopped = false
  let isOffline = false
  let running: Promise<void> | undefined
  /** The log rang: what is new comes before what is old. Who asks while it is looked at is for the next look. */
  let asked: PromiseWithResolvers<void> | undefined
  let answering: PromiseWithResolvers<void> | undefined
  let isOther = false
  let timer: NodeJS.Timeout | undefined
  let pauseMs = firstPauseMs
  /** The newest that is here, and what is missing before it. */
  let top: number | undefined
  let gap: { next: number; end: number } | undefined

  function ask(): Promise<void> {
    if (isStopped) return Promise.resolve()
    clearTimeout(timer)
    asked ??= Promise.withResolvers()
    const { promise } = asked
    running ??= run()
    return promise
  }

  async function run(): Promise<void> {
    changed('progress')
    try {
      while (await step()) await nextTurn()
      pauseMs = firstPauseMs
      become(false)
    } catch (error) {
      // Whoever waits does not wait for the next try.
      answering?.resolve()
      asked?.resolve()
      asked = undefined
      fail(error)
    } finally {
      running = undefined
      changed('progress')
    }
    // It rang just when the last step was done.
    if (asked) running ??= run()
  }

  function fail(error: unknown): void {
    if (error instanceof Halt || isStopped) return
    const failure = error instanceof CallError ? error.failure : undefined
    // The store tells when it can be written again.
    if (failure?.tag === 'keychain') return
    if (failure === undefined) log.error({ provider: id, err: error }, 'the log could not be copied')
    else if (!isOffline) log.warn({ provider: id, err: error }, 'the log could not be read')
    become(failure !== undefined && failure.tag !== 'diskFull')
    timer = setTimeout(() => void ask(), withJitter(pauseMs))
    timer.unref()
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }

  function become(offline: boolean): void {
    if (offline !== isOffline) changed('progress')
    isOffline = offline
  }

  /** False when there is nothing left to do. */
  async function step(): Promise<boolean> {
    goOn()
    if (isOther) {
      isOther = false
      ;[top, gap] = [undefined, undefined]
      await events.forget(id)
      changed('news')
    }
    if (asked) {
      answering = asked
      asked = undefined
      const count = await lookAtNewest()
      become(false)
      await events.heard(id, { of: count, at: clock.now() })
      changed('progress')
      answering.resolve()
      caughtUp()
      return true
    }
    const extent = await events.extent(id)
    if (gap) return fill(gap)
    return extent.hashesFrom > 1 && goBack(extent)
  }

  function goOn(): void {
    if (isStopped || isChanged()) throw new Halt()
  }

  /** Answers how many events the log has. */
  async function lookAtNewest(): Promise<number> {
    top ??= (await events.extent(id)).have
    const count = await source.count()
    if (count < top) await misfit('shorter', top)
    if (count <= top) return count
    if (top === 0 || count - top > farAway) {
      if (top > 0) await compare(top, (await read(top, top + 1))[0])
      const page = await read(Math.max(1, count - pageSize + 1), count + 1)
      const first = page[0]?.seq ?? 1
      if (top > 0) gap = { next: gap?.next ?? top + 1, end: first }
      await put(page, 'news')
      return Math.max(count, top)
    }
    while (top < count) {
      // The last that is here comes along: a log that went another way has another one there.
      const [joint, ...page] = await read(top, Math.min(top + pageSize, count + 1))
      await compare(top, joint)
      if (page.length === 0) throw new CallError({ tag: 'badAnswer', provider: id })
      await put(page, 'news')
    }
    return top
  }

  async function put(page: readonly LogEvent[], what: 'news' | 'older'): Promise<void> {
    for (let start = 0; start < page.length; start += putSize) {
      goOn()
      await events.put(id, page.slice(start, start + putSize))
    }
    top = Math.max(top ?? 0, page.at(-1)?.seq ?? 0)
    changed(what)
  }

  async function fill({ next, end }: { next: number; end: number }): Promise<boolean> {
    const page = await read(next, Math.min(next + pageSize, end))
    await put(page, 'older')
    const reached = (page.at(-1)?.seq ?? end) + 1
    gap = reached < end ? { next: reached, end } : undefined
    if (!gap) caughtUp()
    return true
  }

  async function goBack({ hashesFrom, from }: LogExtent): Promise<boolean> {
    const page = await read(Math.max(1, hashesFrom - pageSize), hashesFrom)
    if (page.at(-1)?.seq !== hashesFrom - 1) throw new CallError({ tag: 'badAnswer', provider: id })
    // What was taken away because of its age must not come back, nor what is older still.
    const isTooOld = hashesFrom < from || !isKept(page.at(-1)?.at ?? 0)
    let left = hashesFrom
    for (let end = page.length; end > 0; end -= putSize) {
      goOn()
      const part = page.slice(Math.max(0, end - putSize), end)
      left = (await (isTooOld ? events.putHashes(id, part) : events.put(id, part))).hashesFrom
    }
    changed(isTooOld ? 'progress' : 'older')
    if (left === 1) caughtUp()
    return left > 1
  }

  /** Whether the log still has, at this place, what is here. Only where both the event and its hash are others, it is another one. */
  async function compare(seq: number, shown: LogEvent | undefined): Promise<void> {
    if (!shown) return misfit('shorter', seq)
    const kept = await events.one(id, seq)
    const leaf = leafOf(shown)
    if (!kept || kept.mark === 'changed' || leafOf(kept.event) === leaf) return
    const [hash] = await events.hashes(id, 0, seq - 1, 1)
    if (hash && leafHashOf(leaf).equals(hash)) return
    await misfit('forked', seq)
  }

  async function misfit(how: 'shorter' | 'forked', seq: number): Promise<void> {
    const { verified } = await events.extent(id)
    const answer = await doubt(how, verified >= seq)
    if (answer !== 'holds') throw new Halt()
    // The log proves that it is the one that it was, so it is what is here that was changed.
    if (how === 'forked') await events.markChanged(id, [seq])
  }

  /** All of them, in as many pages as it takes; fewer only at the log's end. */
  async function read(from: number, to: number): Promise<LogEvent[]> {
    const all: LogEvent[] = []
    for (let next = from; next < to;) {
      const page = await some(next, to)
      if (page.length === 0) break
      all.push(...page)
      next += page.length
    }
    return all
  }

  /** Events may be so large that many of them are more than is taken at once. */
  async function some(from: number, to: number): Promise<LogEvent[]> {
    try {
      return await source.read(from, to)
    } catch (error) {
      const isBad = error instanceof CallError && error.failure.tag === 'badAnswer'
      if (!isBad || to - from === 1) throw error
      return some(from, from + Math.ceil((to - from) / 2))
    }
  }

  return {
    ask,
    state: () => ({ isSyncing: running !== undefined, isOffline }),
    async again(seqs) {
      let count = 0
      for (const seq of seqs) {
        const [event] = await read(seq, seq + 1)
        if (!event || isStopped || isChanged()) break
        await events.put(id, [event])
        count += 1
      }
      if (count > 0) changed('news')
      return count
    },
    startAnew() {
      isOther = true
      return ask()
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
      answering?.resolve()
      asked?.resolve()
    },
  }
}
