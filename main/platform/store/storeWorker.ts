/**
 * The thread that owns the local store's file, an entry of its own: it opens it with the key that it is sent, and answers what is asked of its topics.
 * A file that turns out to be damaged is set aside, and what was asked is asked of a new one.
 */
import { parentPort } from 'node:worker_threads'
import { CallError } from '../../callError.ts'
import type { StoreState } from '../../localStore.ts'
import {
  closeFile,
  codeOf,
  isDamage,
  isDiskFull,
  openFile,
  openMemory,
  setFileAside,
  storePath,
  StoreInUse,
  type SqliteFile,
} from './file.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { usedBytes } from './retention.ts'
import { topics } from './topics.ts'

/** By topic. */
type Handlers = ReadonlyMap<string, object>

interface Opened {
  file: SqliteFile
  handlers: Handlers
  /** Where it is, and its key for opening another one there; absent in memory. */
  place?: { folder: string; key: Uint8Array }
}

const tellEveryMs = 500
let opened: Opened | undefined
let state: StoreState = { kind: 'opening', bytes: 0 }
let telling: NodeJS.Timeout | undefined

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const tell = (message: FromWorker): void => parentPort?.postMessage(message)

function become(next: Partial<StoreState>): void {
  state = { ...state, ...next, bytes: opened ? usedBytes(opened.file) : 0 }
  tell({ kind: 'state', state })
}

function use(file: SqliteFile, place?: Opened['place']): void {
  const handlers = new Map(Object.entries(topics).map(([topic, create]): [string, object] => [topic, create(file)]))
  opened = { file, handlers, ...(place && { place }) }
}

function open({ folder, key, isLocked, now }: Extract<ToWorker, { kind: 'open' }>): void {
  close()
  if (!key) {
    use(openMemory())
    become({ kind: isLocked ? 'locked' : 'memory' })
    return
  }
  try {
    const { file, setAside } = openFile(folder, key, now)
    use(file, { folder, key })
    become({ kind: 'ready', ...(setAside && { setAside }) })
  } catch (error) {
    key.fill(0)
    if (!(error instanceof StoreInUse) && !isDiskFull(error)) throw error
    use(openMemory())
    become({ kind: error instanceof StoreInUse ? 'inUse' : 'full' })
  }
}

function close(): void {
  if (!opened) return
  const { file, place } = opened
  opened = undefined
  closeFile(file)
  place?.key.fill(0)
}

/** What the file has is not what was written: it goes aside, and an empty one takes its place. */
function replaceDamaged({ file, place }: Opened): void {
  file.close()
  opened = undefined
  if (!place) throw new Error('a store in memory is damaged')
  const aside = setFileAside(storePath(place.folder), 'damaged', Date.now())
  const { file: fresh } = openFile(place.folder, place.key, Date.now())
  use(fresh, place)
  become({ kind: 'ready', setAside: { path: aside, why: 'damaged' } })
}

async function ask(message: Extract<ToWorker, { kind: 'ask' }>, isRetry = false): Promise<unknown> {
  const now = opened
  if (!now) throw new Error('the local store is not open')
  const { id, topic, verb, progressAt } = message
  const args = [...message.args]
  if (progressAt !== undefined) args[progressAt] = (done: number) => tell({ kind: 'progress', id, done })
  const handlers = now.handlers.get(topic)
  const handler: unknown = handlers && Object.hasOwn(handlers, verb) ? Reflect.get(handlers, verb) : undefined
  if (typeof handler !== 'function') throw new TypeError(`the local store has no ${topic}.${verb}`)
  try {
    const value: unknown = await Reflect.apply(handler, undefined, args)
    if (state.kind === 'full' && now.place && isWriting(verb)) become({ kind: 'ready' })
    tellSoon()
    return value
  } catch (error) {
    if (isDiskFull(error)) {
      become({ kind: 'full' })
      throw new CallError({ tag: 'diskFull' }, { cause: error })
    }
    // Another question may have found it damaged, and its file is closed.
    const isReplaced = opened !== undefined && opened !== now
    if (isRetry || (!isDamage(error) && !isReplaced)) throw error
    if (!isReplaced) replaceDamaged(now)
    return await ask(message, true)
  }
}

const isWriting = (verb: string): boolean => /^(?:put|mark|heard)/.test(verb)

/** Bytes change with each event that comes; whoever looks at them is told now and then. */
function tellSoon(): void {
  telling ??= setTimeout(() => {
    telling = undefined
    if (opened && usedBytes(opened.file) !== state.bytes) become({})
  }, tellEveryMs).unref()
}

async function answer(message: ToWorker): Promise<void> {
  const { id } = message
  try {
    let value: unknown
    if (message.kind === 'ask') value = await ask(message)
    else if (message.kind === 'open') open(message)
    else close()
    tell({ kind: 'answer', id, value })
  } catch (error) {
    const problem = error instanceof Error ? `${error.name} ${codeOf(error)}: ${error.message}\n${error.stack ?? ''}` : String(error)
    tell({ kind: 'failed', id, problem, ...(error instanceof CallError && { failure: error.failure }) })
  }
}

parentPort?.on('message', (message: ToWorker) => void answer(message))
