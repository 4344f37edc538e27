/**
 * Looks after the gate's table: what somebody else changed in it is told, and put right where it is ours (F-59). What does not bear our mark is
 * never touched.
 */
import type { KernelSets, RulesFound, Wanted } from './kernelSets.ts'
import { keyOf } from './nftElement.ts'
import type { Found, Way } from './nftElement.ts'

/**
 * `foreign`: an element that is not ours lets somebody in. `edited`: one of ours ends at another time than it should. `missing`: one of ours was
 * taken out. `tableGone`, `rulesGone`: for a while all was open, or closed. `rulesAdded`: somebody's rules among ours. `foreignTable`: the table
 * is somebody else's now, and nothing is done.
 */
export interface Drift {
  what: 'foreign' | 'edited' | 'missing' | Exclude<RulesFound, 'same'> | 'foreignTable'
  /** The element, as nft writes it. */
  element?: string
  /** Of the grants that it was for, the last to end. */
  grantId?: string
}

export interface Deviations {
  foreign: Way[]
  edited: Way[]
  missing: Way[]
  /** Ours by the mark, but not wanted. */
  stray: Way[]
}

/** Whole seconds are all that nft tells of what is left, and a read takes some time. */
const toleranceMs = 3000

/**
 * Compares what was read with what is wanted. Ways that were written after `readFromMs`, when the read began, are left out: it may not have seen
 * them. Pure.
 */
export function deviations(
  read: readonly Found[],
  held: ReadonlyMap<string, Way>,
  {
    wanted,
    writtenAt,
    readFromMs,
    nowMs,
  }: { wanted: (key: string) => Wanted | undefined; writtenAt: (key: string) => number; readFromMs: number; nowMs: number },
): Deviations {
  const result: Deviations = { foreign: [], edited: [], missing: [], stray: [] }
  const seen = new Set<string>()
  for (const { way, grantIds, expiresInMs } of read) {
    const key = keyOf(way)
    seen.add(key)
    if (grantIds === undefined) {
      result.foreign.push(way)
      continue
    }
    if (writtenAt(key) >= readFromMs) continue
    const want = wanted(key)
    if (want === undefined) result.stray.push(way)
    else if (expiresInMs === undefined || Math.abs(want.endsAtMs - nowMs - expiresInMs) > toleranceMs) result.edited.push(way)
  }
  for (const [key, way] of held) {
    const want = wanted(key)
    // Near its end the kernel may have been faster.
    if (want === undefined || seen.has(key) || writtenAt(key) >= readFromMs || want.endsAtMs - nowMs < toleranceMs) continue
    result.missing.push(way)
  }
  return result
}

export interface DriftWatch {
  check(): Promise<void>
  stop(): Promise<void>
}

export interface WatchParts {
  kernel: KernelSets
  /** All ways that grants hold, by key. */
  held: () => ReadonlyMap<string, Way>
  wanted: (key: string) => Wanted | undefined
  monotonicMs: () => number
  onDrift: (drift: Drift) => void
  /** Told that the table could not be looked at. */
  onFailure: (error: unknown) => void
  everyMs: number
}

/** Reading 10,000 elements takes nft most of a second, so that many are looked at less often. */
const manyElements = 1000
const roundsBetweenMany = 12
const longestPauseMs = 60_000

export function createDriftWatch(parts: WatchParts): DriftWatch {
  const { kernel, held, wanted, monotonicMs, onDrift, onFailure, everyMs } = parts
  let toldForeign = new Set<string>()
  let pauseMs = everyMs
  let round = 0
  let isStopped = false
  let checking: Promise<void> = Promise.resolve()

  async function checkElements(): Promise<void> {
    const readFromMs = monotonicMs()
    const read = await kernel.read()
    kernel.learn(read)
    const { foreign, edited, missing, stray } = deviations(read, held(), {
      wanted,
      writtenAt: (key) => kernel.writtenAt(key),
      readFromMs,
      nowMs: monotonicMs(),
    })
    const tell = (what: 'foreign' | 'edited' | 'missing', way: Way): void => {
      const [grantId] = wanted(keyOf(way))?.grantIds ?? []
      onDrift({ what, element: way.element, ...(grantId === undefined ? {} : { grantId }) })
    }
    for (const way of foreign) if (!toldForeign.has(keyOf(way))) tell('foreign', way)
    toldForeign = new Set(foreign.map(keyOf))
    for (const way of edited) tell('edited', way)
    for (const way of missing) tell('missing', way)
    await kernel.write([...edited, ...missing, ...stray])
  }

  async function check(always: boolean): Promise<void> {
    const found = await kernel.checkRules()
    round += 1
    if (always || found === 'tableGone' || held().size <= manyElements || round % roundsBetweenMany === 0) await checkElements()
  }

  function inTurn(always: boolean): Promise<void> {
    const done = checking.then(() => check(always))
    checking = done.catch(() => {})
    return done
  }

  async function checkAndGoOn(): Promise<void> {
    try {
      await inTurn(false)
      pauseMs = everyMs
    } catch (error) {
      onFailure(error)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
    if (!isStopped) timer = setTimeout(() => void checkAndGoOn(), pauseMs)
  }

  let timer = setTimeout(() => void checkAndGoOn(), pauseMs)
  return {
    check: () => inTurn(true),
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await checking
    },
  }
}
