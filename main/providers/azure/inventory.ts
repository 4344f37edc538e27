/**
 * The machines of a tenant as pages, each as soon as it is here: a page of Resource Graph, with the policies of its subscriptions. A reading that was
 * interrupted goes on where it ended, after a restart too. What is small is told in between without reading all of it again.
 */
import { z } from 'zod'
import { CallError } from '../../callError.ts'
import type { Clock } from '../../ports.ts'
import type { Provider, ProviderMachine } from '../provider.ts'
import { toProviderMachine, type Surroundings } from './derive.ts'
import type { Graph } from './graph.ts'
import { inTurns } from './inTurns.ts'
import type { Policies } from './policies.ts'
import { machinesQuestion, type Machine } from './questions.ts'
import { consoleId } from './resourceId.ts'
import { readSurroundings } from './surroundings.ts'

type Page = Awaited<ReturnType<Provider['machines']>>

export interface Inventory {
  readonly machines: Provider['machines']
  /** Waits until the reading comes to it. Throws CallError notFound (machine), offline. */
  find(id: string): Promise<Machine>
  /** As far as it is known now. */
  get(id: string): Machine | undefined
  /** Those that are known now. */
  all(): Machine[]
  view(machine: Machine): ProviderMachine
  /** Undefined until a reading began. */
  surroundings(): Surroundings | undefined
  /** Reads the surroundings if that was not done yet. */
  ready(): Promise<Surroundings>
  /** These are told with the next reading. */
  touch(resourceIds: ReadonlySet<string>): void
  /** The next reading is a whole one. */
  age(): void
}

/** How many subscriptions' policies are read at the same time. */
const listsAtOnce = 8
/** Policies that were read within a reading count for all of it. */
const listAgeMs = 60_000

/** `run` is of one reading; `skip` is where Resource Graph goes on; `told` counts changes after the reading. */
const Cursor = z.object({ run: z.string().max(40), page: z.int().min(0), skip: z.string().optional(), told: z.int().optional() })
type Cursor = z.infer<typeof Cursor>

interface Run {
  id: string
  /** The first page that this process read; earlier ones were another's. */
  firstPage: number
  pages: { machines: Machine[]; skip?: string }[]
  isDone: boolean
}

export function createInventory(deps: {
  graph: Graph
  policies: Policies
  clock: Clock
  newRunId: () => string
  surroundingsChanged: (surroundings: Surroundings) => void
  /** A reading ended whose beginning was another process's: all of it is to be read once more. */
  incomplete: () => void
}): Inventory {
  const { graph, policies, clock, newRunId, surroundingsChanged, incomplete } = deps
  const known = new Map<string, Machine>()
  const idOf = new Map<string, string>()
  /** Machines that are other than told, by a number that grows. */
  const changes = new Map<string, number>()
  let changeCount = 0
  let surroundings: Promise<Surroundings> | undefined
  let read: Surroundings | undefined
  let run: Run | undefined
  let isOld = false
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  function around(): Promise<Surroundings> {
    surroundings ??= readSurroundings(graph)
      .then((found) => {
        read = found
        surroundingsChanged(found)
        return found
      })
      .catch((error: unknown) => {
        surroundings = undefined
        throw error
      })
    return surroundings
  }

  function begin(from?: Cursor): Run {
    isOld = false
    surroundings = undefined
    return { id: from?.run ?? newRunId(), firstPage: from?.page ?? 0, pages: [], isDone: false }
  }

  /** Reads one more page of the reading. */
  async function grow(current: Run, skip: string | undefined): Promise<void> {
    const [page] = await Promise.all([graph.page(machinesQuestion, skip), around()])
    const subscriptions = new Set(page.rows.map(({ subscriptionId }) => subscriptionId.toLowerCase()))
    await inTurns(subscriptions, listsAtOnce, (id) => policies.list(id, listAgeMs))
    for (const machine of page.rows) {
      const id = consoleId(machine.id)
      known.set(id, machine)
      idOf.set(machine.id.toLowerCase(), id)
    }
    // A token that leads round in a circle must not keep us here (F-45).
    const isNew = page.skipToken !== undefined && page.skipToken !== skip
    current.pages.push({ machines: page.rows, ...(isNew && page.skipToken !== undefined && { skip: page.skipToken }) })
    if (!isNew) end(current)
  }

  function end(current: Run): void {
    current.isDone = true
    if (current.firstPage > 0) {
      // The pages before were another process's: what is in them is found by a reading of our own.
      isOld = true
      incomplete()
      return
    }
    const named = new Set(current.pages.flatMap(({ machines }) => machines.map(({ id }) => consoleId(id))))
    for (const [id, machine] of known) {
      if (named.has(id)) continue
      known.delete(id)
      idOf.delete(machine.id.toLowerCase())
    }
  }

  function view(machine: Machine): ProviderMachine {
    return toProviderMachine(machine, read ?? nowhere, policies.of(machine.id), clock.now())
  }

  function answer(current: Run, page: number, startsAnew: boolean): Page {
    const { machines = [], skip } = current.pages[page - current.firstPage] ?? {}
    const isLast = skip === undefined
    const cursor = { run: current.id, page: page + 1, ...(isLast ? { told: changeCount } : { skip }) }
    return {
      machines: machines.map(view),
      removed: [],
      cursor: write(cursor),
      more: !isLast,
      ...(startsAnew && { startsAnew }),
    }
  }

  /** What is other than told since. */
  function delta(current: Run, cursor: Cursor): Page {
    const told = cursor.told ?? 0
    const machines = [...changes].filter(([, at]) => at > told).flatMap(([id]) => known.get(id) ?? [])
    return { machines: machines.map(view), removed: [], cursor: write({ ...cursor, run: current.id, told: changeCount }), more: false }
  }

  async function next(text: string | undefined): Promise<Page> {
    const cursor = parse(text)
    if (cursor?.told !== undefined && run?.id === cursor.run && run.isDone && !isOld) return delta(run, cursor)
    const goesOn = cursor?.skip !== undefined
    // One that was begun for somebody who waits for a machine is as good.
    const isOurs = goesOn ? run?.id === cursor.run && cursor.page >= run.firstPage : run?.firstPage === 0 && !isOld
    if (!isOurs || run === undefined) run = begin(goesOn ? cursor : undefined)
    const current = run
    const page = goesOn ? cursor.page : 0
    const startsAnew = !goesOn && text !== undefined
    if (current.pages.length > page - current.firstPage) return answer(current, page, startsAnew)
    try {
      await grow(current, cursor?.skip)
    } catch (error) {
      // The token is of a question that Azure has forgotten.
      if (!goesOn || !(error instanceof CallError) || error.failure.tag !== 'gateFailed') throw error
      run = begin()
      await grow(run, undefined)
      return answer(run, 0, true)
    }
    return answer(current, page, startsAnew)
  }

  /** Reads on, for somebody who waits for a machine: the pages stay for whoever reads the inventory. */
  async function readOn(): Promise<boolean> {
    run ??= begin()
    if (run.isDone && run.firstPage === 0) return false
    if (run.isDone) run = begin()
    await grow(run, run.pages.at(-1)?.skip)
    return true
  }

  return {
    machines: (cursor) => inTurn(() => next(cursor)),
    async find(id) {
      for (let found = known.get(id); ; found = known.get(id)) {
        if (found) return found
        if (!(await inTurn(readOn))) throw new CallError({ tag: 'notFound', what: 'machine' })
      }
    },
    get: (id) => known.get(id),
    all: () => [...known.values()],
    view,
    surroundings: () => read,
    ready: around,
    touch(resourceIds) {
      changeCount += 1
      for (const resourceId of resourceIds) {
        const id = idOf.get(resourceId)
        if (id !== undefined) changes.set(id, changeCount)
      }
    },
    age: () => void (isOld = true),
  }
}

const nowhere: Surroundings = { subscriptions: new Map(), protectedSubnets: new Set(), firewalls: new Map(), notApplicable: new Map() }

const write = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url')

/** undefined for what is none of ours. */
function parse(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined
  try {
    return Cursor.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}
