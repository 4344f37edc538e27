/**
 * The inventory in the store's worker: rows in the file, columns in memory. Until the columns are there, what needs only the first page by name is
 * answered from the file's index; everything else waits for them.
 */
import type { StoredMachines, StoredSelection, StoredSlice } from '../../localStore.ts'
import { wordsOf } from '../../machines/fold.ts'
import { addTo, compare, createDraft } from '../../machines/search/columns.ts'
import { createEngine, type Found, type Selection } from '../../machines/search/engine.ts'
import { hitsOf } from '../../machines/search/hits.ts'
import { tabs, type Indexed } from '../../machines/search/indexed.ts'
import { drawingMs } from '../../windowFirst.ts'
import type { SqliteFile } from './file.ts'
import { createMachineRows } from './machineRows.ts'
import { createMachineSources } from './machineSources.ts'

/** What is done without looking up: some milliseconds. */
const batch = 2000

export function createMachines(file: SqliteFile): StoredMachines {
  const rows = createMachineRows(file)
  const sources = createMachineSources(file, rows)
  const engine = createEngine()
  let state: 'unread' | 'reading' | 'read' = 'unread'
  /** What changed since the columns began to be read. */
  const changedMeanwhile = new Set<number>()
  let loading: Promise<void> | undefined
  let loadTimer: NodeJS.Timeout | undefined
  const loaded = () => (loading ??= load())

  async function load(): Promise<void> {
    state = 'reading'
    const { size, most } = rows.size()
    const draft = createDraft(size)
    let read = rows.after(0, batch)
    while (read.length > 0) {
      for (const machine of read) if (draft.count < size && machine.n <= most) addTo(draft, machine, engine.dictionaries)
      await pause()
      // Later ones come with `changedMeanwhile`.
      const last = read.at(-1)?.n ?? most
      read = last >= most ? [] : rows.after(last, batch)
    }
    const lists = []
    for (const tab of tabs.keys()) lists.push(await orderOf(tab))
    await engine.load(draft, mergeOrders(lists), pause)
    state = 'read'
    tell(changedMeanwhile)
    changedMeanwhile.clear()
  }

  async function orderOf(tab: number): Promise<{ n: number; ord: string }[]> {
    const list: { n: number; ord: string }[] = []
    for (let after = { ord: '', n: -1 }; ;) {
      const some = rows.inOrder(tab, after, batch)
      for (const one of some) list.push(one)
      const last = some.at(-1)
      if (!last || some.length < batch) return list
      after = last
      await pause()
    }
  }

  function tell(changed: ReadonlySet<number>): void {
    if (state === 'reading') for (const n of changed) changedMeanwhile.add(n)
    if (state === 'read') engine.change(new Map<number, Indexed | undefined>([...changed].map((n) => [n, rows.indexed(n)])))
  }

  function toSelection({ search, filter, only }: StoredSelection): Selection {
    return { search, filter, ...(only && { only: only.map(numberOf).filter((n) => n !== undefined) }) }
  }

  function numberOf(machineId: string): number | undefined {
    const colon = machineId.indexOf(':')
    return rows.numberOf(machineId.slice(0, colon), machineId.slice(colon + 1))
  }

  function toSlice(selection: StoredSelection, { counts, numbers, near }: Found): StoredSlice {
    const words = near ? [] : wordsOf(selection.search)
    const [configured = 0, notConfigured = 0, unsupported = 0] = counts
    const machines = rows.whole(numbers).map(({ n: _n, ...whole }) => {
      const hits = hitsOf(words, whole.machine)
      return { ...whole, ...(hits && { hits }) }
    })
    return { total: counts[tabs.indexOf(selection.tab)] ?? 0, counts: { configured, notConfigured, unsupported }, machines, near }
  }

  return {
    sources: () => Promise.resolve(sources.all()),
    async put(providerId, page) {
      const { source, changed } = file.transaction(() => sources.take(providerId, page)).immediate()
      tell(changed)
      return source
    },
    async decideHeld(providerId, decision) {
      tell(file.transaction(() => sources.decide(providerId, decision)).immediate())
    },
    async forget(providerId) {
      for (let done = false; !done; await pause()) {
        const forgotten = file.transaction(() => sources.forget(providerId, batch)).immediate()
        tell(forgotten.changed)
        ;({ done } = forgotten)
      }
    },
    async list(selection, page) {
      const tab = tabs.indexOf(selection.tab)
      if (state !== 'read' && isPlain(selection) && page.sort === 'name') {
        const slice = toSlice(selection, {
          counts: rows.counts(),
          numbers: rows.page(tab, page.descending, page.limit, page.offset),
          near: false,
        })
        // Whoever looks at the first page will search; but first it has to be drawn.
        loadTimer ??= setTimeout(() => void loaded().catch(() => undefined), drawingMs).unref()
        return slice
      }
      await loaded()
      return toSlice(selection, engine.slice(toSelection(selection), { ...page, state: tab }))
    },
    async facets(selection, narrow) {
      await loaded()
      return engine.facets(toSelection(selection), tabs.indexOf(selection.tab), narrow)
    },
    get(machineIds) {
      const numbers = machineIds.map(numberOf)
      const found = new Map(rows.whole(numbers.filter((n) => n !== undefined)).map(({ n, ...whole }) => [n, whole]))
      return Promise.resolve(numbers.map((n) => (n === undefined ? undefined : found.get(n))))
    },
    areKnown: (providerId, machines) => Promise.resolve(machines.map(({ name, address }) => rows.isKnown(providerId, name, address))),
  }
}

/** Everything by name: what the file's index can answer. */
function isPlain({ search, filter, only }: StoredSelection): boolean {
  return search.trim() === '' && only === undefined && Object.values(filter).every((values) => values === undefined || values.length === 0)
}

/** Lets what was asked meanwhile be answered. */
const pause = () => new Promise<void>((resolve) => setImmediate(resolve))

type Ordered = readonly { n: number; ord: string }[]

function mergeOrders(lists: readonly Ordered[]): Int32Array {
  const all = lists.reduce<Ordered>((one, other) => mergeTwo(one, other), [])
  return Int32Array.from(all, ({ n }) => n)
}

function mergeTwo(one: Ordered, other: Ordered): Ordered {
  if (one.length === 0) return other
  const merged: { n: number; ord: string }[] = []
  let at = 0
  for (const next of other) {
    for (let before = one[at]; before && (compare(before.ord, next.ord) || before.n - next.n) < 0; before = one[++at]) merged.push(before)
    merged.push(next)
  }
  return merged.concat(one.slice(at))
}
