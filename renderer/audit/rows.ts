/** The list's rows: asks for pages as they come into sight, and for what is new at the top when the log's bell rings. Knows no React. */
import type { AuditPage, AuditRow } from '../../preload/contract.ts'
import { nearOnly, pageAt, rowCount, type RowPages, wanted, withLastPage, withPage, withRows } from './rowPages.ts'

export interface RowsState {
  pages: RowPages
  /** Nothing was answered yet. */
  isPending: boolean
  isLoadingMore: boolean
  error?: unknown
  /** New events that are not shown, so that what is read stays where it is; `more` than a page of them. */
  fresh: { count: number; more: boolean }
}

export interface Rows {
  /** Nothing is asked before. May be begun again after `stop`. */
  start(): void
  readonly get: () => RowsState
  readonly subscribe: (listener: () => void) => () => void
  /** Which items are on the screen. */
  see(first: number, last: number): void
  /** Something is new. `isAtTop`: it may be shown at once. */
  rung(isAtTop: boolean): void
  /** Begins at the top again, with what is new. */
  restart(): void
  /** Asks again for what could not be had. */
  retry(): void
  stop(): void
}

const none = { count: 0, more: false }

/** `isLive`: new events belong at the top, which is so only by time, the newest first. */
export function createRows(deps: {
  ask: (before: string | undefined) => Promise<AuditPage>
  groupOf: (row: AuditRow) => string
  isLive: boolean
}): Rows {
  const { ask, groupOf, isLive } = deps
  const listeners = new Set<() => void>()
  let state: RowsState = { pages: [], isPending: true, isLoadingMore: false, fresh: none }
  let seen = { first: 0, last: 0 }
  let isStopped = true
  /** Answers to what was asked before a restart are not for the list as it is now. */
  let run = 0
  /** The newest event that is shown, and the newest page that was heard of. */
  let topId: string | undefined
  let head: AuditPage | undefined
  let isPolling = false
  const again = new Set<number>()

  function set(change: Partial<RowsState>): void {
    if (isStopped) return
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  function begin(page: AuditPage): void {
    run++
    again.clear()
    head = undefined
    topId = page.rows[0]?.id
    set({ pages: withPage([], undefined, page, groupOf), isPending: false, isLoadingMore: false, error: undefined, fresh: none })
  }

  /** Asks for a page. Answers to what was asked before a restart are not for the list as it is now. */
  async function get(before: string | undefined, take: (page: AuditPage) => void, fail: (error: unknown) => void): Promise<void> {
    const own = run
    try {
      const page = await ask(before)
      if (own === run) take(page)
    } catch (error) {
      if (own === run) fail(error)
    }
  }

  function restart(): void {
    if (head) return begin(head)
    run++
    void get(undefined, begin, (error) => set({ isPending: false, isLoadingMore: false, error }))
  }

  function loadMore(): void {
    const before = state.pages.at(-1)?.next
    if (state.isLoadingMore || before === undefined) return
    set({ isLoadingMore: true })
    const take = (page: AuditPage) => {
      set({ pages: withPage(state.pages, before, page, groupOf), isLoadingMore: false, error: undefined })
      fill()
    }
    void get(before, take, (error) => set({ isLoadingMore: false, error }))
  }

  function loadAgain(index: number): void {
    const page = state.pages[index]
    if (!page || again.has(index)) return
    again.add(index)
    const take = ({ rows }: AuditPage) => {
      again.delete(index)
      // What was proved meanwhile shows it: pages out of sight are asked for again when they come into it.
      const isProved = page.rows?.some(({ id, mark }) => rows.some((row) => row.id === id && row.mark !== mark)) ?? false
      const pages = withRows(state.pages, index, rows)
      set({ pages: isProved ? pages.map((one, at) => (at === 0 || isSeen(at) ? one : { ...one, rows: undefined })) : pages })
    }
    const fail = (error: unknown) => {
      again.delete(index)
      set({ error })
    }
    void get(page.before, take, fail)
  }

  const isSeen = (index: number) => index >= pageAt(state.pages, seen.first) && index <= pageAt(state.pages, seen.last)

  function fill(): void {
    if (state.pages.length === 0 || state.error !== undefined) return
    const want = wanted(state.pages, seen.first, seen.last)
    for (const index of want.again) loadAgain(index)
    if (want.more) loadMore()
  }

  /** What ended may go on, while the log is still being read. */
  async function readEnd(): Promise<void> {
    const last = state.pages.at(-1)
    if (!last || last.next !== undefined) return
    const own = run
    const { length } = state.pages
    const page = await ask(last.before)
    const isLonger = page.next !== undefined || page.rows.length > last.count
    // A page that has no cursor has newer events at its top by now; it is read again when somebody looks at its top.
    const isSame = page.rows[0]?.id === last.rows?.[0]?.id
    if (own === run && state.pages.length === length && isLonger && isSame) set({ pages: withLastPage(state.pages, page, groupOf) })
  }

  async function poll(isAtTop: boolean): Promise<void> {
    const own = run
    const page = await ask(undefined)
    if (own !== run) return
    const found = page.rows.findIndex(({ id }) => id === topId)
    if (rowCount(state.pages) === 0 || (isAtTop && (found !== 0 || state.pages.length === 1))) return begin(page)
    if (isLive && found !== 0) {
      head = page
      set({ fresh: found === -1 ? { count: page.rows.length, more: page.next !== undefined } : { count: found, more: false } })
    }
    state.pages.forEach((_page, index) => {
      if (isSeen(index)) loadAgain(index)
    })
    await readEnd()
  }

  return {
    start() {
      isStopped = false
      if (state.isPending) restart()
    },
    get: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    see(first, last) {
      seen = { first, last }
      const pages = nearOnly(state.pages, first, last)
      if (pages !== state.pages) set({ pages })
      fill()
    },
    rung(isAtTop) {
      if (isPolling || isStopped) return
      isPolling = true
      void poll(isAtTop)
        .catch((error: unknown) => {
          // What is on the screen stays there; how old it is, is told elsewhere.
          if (rowCount(state.pages) === 0) set({ isPending: false, error })
        })
        .finally(() => {
          isPolling = false
        })
    },
    restart() {
      set({ error: undefined })
      restart()
    },
    retry() {
      set({ error: undefined })
      if (state.pages.length === 0) restart()
      else fill()
    },
    stop() {
      isStopped = true
    },
  }
}
