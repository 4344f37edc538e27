/**
 * The gate's table as it is in the kernel, and how it is brought to what should be: changes that come together are one transaction, and one that
 * cannot be made does not keep the others from being made.
 */
import { GateRefusal } from './gateRefusal.ts'
import { commentFor, keyOf, readElements, readSets } from './nftElement.ts'
import type { Found, Way } from './nftElement.ts'
import { NftError } from './nftProcess.ts'
import type { NftSession } from './nftProcess.ts'
import { firstSets, ownerComment, rulesetText, table } from './nftRuleset.ts'

export interface Wanted {
  endsAtMs: number
  /** The latest to end first. */
  grantIds: string[]
}

export interface KernelSets {
  /** Makes the table, or writes its chains anew. Throws GateRefusal `foreign` when there is one that is not ours. */
  start(): Promise<void>
  /** Brings these ways to what is wanted of them. Rejects with what kept one of them from it. */
  write(ways: readonly Way[]): Promise<void>
  /** All elements, by a session of its own that keeps no grant waiting. */
  read(): Promise<Found[]>
  /**
   * Looks whether table and chains are as they were written. What is missing is written again (chains whole); what somebody added is left.
   * Tells what it found, where that was not found before. Throws GateRefusal `foreign` when the table is somebody else's now.
   */
  checkRules(): Promise<RulesFound>
  /** When a way was last written, or -1. */
  writtenAt(key: string): number
  /** Takes note of what is in the kernel: elements without our mark are never written. */
  learn(elements: readonly Found[]): void
  stop(): void
}

export interface KernelParts {
  nft: (flags: readonly string[]) => NftSession
  gatewayId: string
  networks: readonly string[]
  monotonicMs: () => number
  /** What the kernel should have of a way. */
  wanted: (key: string) => Wanted | undefined
  /** Told of every look at the rules. */
  onRules: (found: RulesFound) => void
}

export type RulesFound = 'same' | 'tableGone' | 'rulesGone' | 'rulesAdded'

interface Waiter {
  ways: readonly Way[]
  resolve: () => void
  reject: (error: unknown) => void
}

export function createKernelSets({ nft, gatewayId, networks, monotonicMs, wanted, onRules }: KernelParts): KernelSets {
  const writer = nft(['-j'])
  const terse = nft(['-t'])
  const sets = new Set<string>(firstSets)
  /** Ways that are in the kernel by us, or may be, and when they were last written. */
  const written = new Map<string, number>()
  let foreign = new Set<string>()
  const waiting: Waiter[] = []
  let isWorking = false
  let expectedRules = ''
  let addedRules = ''
  let ruling: Promise<unknown> = Promise.resolve()

  async function rules(): Promise<string | undefined> {
    try {
      return await terse.run(`list table ${table}`)
    } catch (error) {
      if (error instanceof NftError && error.code === 'missing') return undefined
      throw error
    }
  }

  /** Chains are written whole, in one transaction: no packet meets half of them. */
  async function writeRules(): Promise<void> {
    const present = await rules()
    if (present !== undefined) {
      // nft prints a table's comment on its first line.
      if (!present.includes(`\n\tcomment "${ownerComment(gatewayId)}"\n`)) throw new GateRefusal('foreign')
      for (const set of readSets(await writer.run('list sets inet'))) sets.add(set)
    }
    await writer.run(rulesetText(gatewayId, networks, [...sets]))
    expectedRules = (await rules()) ?? ''
  }

  async function checkRules(): Promise<RulesFound> {
    const present = await rules()
    if (present === expectedRules) return 'same'
    if (present !== undefined && holdsInOrder(present, expectedRules)) {
      if (present === addedRules) return 'same'
      addedRules = present
      return 'rulesAdded'
    }
    await writeRules()
    return present === undefined ? 'tableGone' : 'rulesGone'
  }

  /** One after the other: rules that are half way from one state to another must not count as changed by somebody. */
  function inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    const done = ruling.then(task)
    ruling = done.catch(() => {})
    return done
  }

  async function read(): Promise<Found[]> {
    const reader = nft(['-j'])
    try {
      return readElements(await reader.run(`list table ${table}`))
    } finally {
      reader.stop()
    }
  }

  function write(ways: readonly Way[]): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.push({ ways, resolve, reject })
      if (isWorking) return
      isWorking = true
      // What is asked in the same turn goes into the same transaction.
      queueMicrotask(() => void work())
    })
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0)
      const ways = new Map(batch.flatMap((one) => one.ways.map((way) => [keyOf(way), way])))
      const failures = await apply([...ways.values()], true)
      for (const one of batch) {
        const failed = one.ways.find((way) => failures.has(keyOf(way)))
        if (failed === undefined) one.resolve()
        else one.reject(failures.get(keyOf(failed)))
      }
    }
    isWorking = false
  }

  /** Gives why ways could not be written. `mayLearn`: look at the kernel and try once more. */
  async function apply(ways: readonly Way[], mayLearn: boolean): Promise<Map<string, unknown>> {
    const failures = new Map<string, unknown>()
    const changes = ways.flatMap((way) => {
      const want = wanted(keyOf(way))
      // What was never written needs no taking out, and what is there by somebody else must not be.
      if (want === undefined && !written.has(keyOf(way))) return []
      if (!foreign.has(keyOf(way))) return [{ way, want }]
      if (want !== undefined) failures.set(keyOf(way), new GateRefusal('foreign'))
      return []
    })
    if (changes.length === 0) return failures
    try {
      if (changes.some(({ way }) => !sets.has(way.set))) {
        for (const { way } of changes) sets.add(way.set)
        await inTurn(writeRules)
      }
      await writer.run(statement(changes))
      noteWritten(changes)
    } catch (error) {
      const isUnknown = error instanceof NftError && (error.code === 'noAnswer' || error.code === 'noNft')
      if (isUnknown) noteWritten(changes.map(({ way }) => ({ way, want: { endsAtMs: 0, grantIds: [] } })))
      if (!isUnknown && mayLearn) return await learnAndRetry(changes, failures)
      if (!isUnknown && changes.length > 1) {
        for (const { way } of changes) for (const [key, why] of await apply([way], false)) failures.set(key, why)
        return failures
      }
      for (const { way } of changes) failures.set(keyOf(way), error)
    }
    return failures
  }

  async function learnAndRetry(changes: readonly { way: Way }[], failures: Map<string, unknown>): Promise<Map<string, unknown>> {
    const ways = changes.map(({ way }) => way)
    try {
      onRules(await inTurn(checkRules))
      learn(await read())
    } catch (error) {
      for (const way of ways) failures.set(keyOf(way), error)
      return failures
    }
    for (const [key, why] of await apply(ways, false)) failures.set(key, why)
    return failures
  }

  function learn(elements: readonly Found[]): void {
    foreign = new Set(elements.filter((one) => one.grantIds === undefined).map(({ way }) => keyOf(way)))
    for (const { way, grantIds } of elements) if (grantIds !== undefined) written.set(keyOf(way), written.get(keyOf(way)) ?? -1)
  }

  function noteWritten(changes: readonly { way: Way; want: Wanted | undefined }[]): void {
    for (const { way, want } of changes) {
      if (want === undefined) written.delete(keyOf(way))
      else written.set(keyOf(way), monotonicMs())
    }
  }

  /**
   * One transaction. What was never written is created, which fails where somebody else has it; what is there, or may be, is taken out and put in
   * again, since an element that has just run out could neither be deleted nor changed.
   */
  function statement(changes: readonly { way: Way; want: Wanted | undefined }[]): string {
    const parts: string[] = []
    const bySet = Map.groupBy(changes, ({ way }) => way.set)
    for (const [set, of] of bySet) {
      const fresh = of.filter(({ way, want }) => want !== undefined && !written.has(keyOf(way)))
      const known = of.filter((change) => !fresh.includes(change))
      const bare = known.map(({ way }) => way.element).join(', ')
      const timed = (some: typeof of): string =>
        some.flatMap(({ way, want }) => (want === undefined ? [] : [`${way.element} ${until(want)}`])).join(', ')
      if (fresh.length > 0) parts.push(`create element ${table} ${set} { ${timed(fresh)} }`)
      if (known.length > 0) parts.push(`add element ${table} ${set} { ${bare} }`, `delete element ${table} ${set} { ${bare} }`)
      if (timed(known) !== '') parts.push(`add element ${table} ${set} { ${timed(known)} }`)
    }
    return parts.join('; ')
  }

  function until(want: Wanted): string {
    return `timeout ${Math.max(1, Math.round(want.endsAtMs - monotonicMs()))}ms comment "${commentFor(want.grantIds)}"`
  }

  return {
    async start() {
      await inTurn(writeRules)
      learn(await read())
    },
    write: (ways) => (ways.length === 0 ? Promise.resolve() : write(ways)),
    read,
    async checkRules() {
      const outcome = await inTurn(checkRules)
      onRules(outcome)
      return outcome
    },
    writtenAt: (key) => written.get(key) ?? -1,
    learn,
    stop() {
      writer.stop()
      terse.stop()
    },
  }
}

/** Whether all of the expected lines are there, in order, whatever stands between them. */
function holdsInOrder(present: string, expected: string): boolean {
  const lines = expected.split('\n')
  let next = 0
  for (const line of present.split('\n')) if (line === lines[next]) next += 1
  return next === lines.length
}
