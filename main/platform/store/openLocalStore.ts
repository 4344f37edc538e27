/** The local store as the app has it: its key comes from the keychain, and a worker thread (storeWorker.ts) owns its file. */
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { CallError } from '../../callError.ts'
import { createListeners } from '../../listeners.ts'
import type { LocalStore, StoreState } from '../../localStore.ts'
import type { Log } from '../../log.ts'
import type { Clock, Secrets } from '../../ports.ts'
import type { FromWorker, Topic, Topics, ToWorker } from './messages.ts'

export const keyName = 'cache-key'
const keyBytes = 32

export interface LocalStoreDeps {
  /** The console's data folder. */
  folder: string
  secrets: Pick<Secrets, 'read' | 'write' | 'forget'>
  log: Pick<Log, 'info' | 'warn' | 'error'>
  clock: Pick<Clock, 'now'>
  /** The worker's file, where it is not beside this module. */
  worker?: string
}

interface Waiting {
  resolve: (value: unknown) => void
  reject: (error: Error) => void
  onProgress?: (done: number) => void
}

/** Begins to open at once; what is asked before it is open waits. */
export function openLocalStore({ folder, secrets, log, clock, worker: file = workerFile() }: LocalStoreDeps): LocalStore {
  const changes = createListeners<void>()
  const waiting = new Map<number, Waiting>()
  let state: StoreState = { kind: 'opening', bytes: 0 }
  let lastId = 0
  let isClosed = false

  const worker = new Worker(file, { name: 'local store', execArgv: [], env: {}, argv: [] })
  // It must not keep the console alive.
  worker.unref()
  worker.on('message', (message: FromWorker) => receive(message))
  worker.on('error', (error: Error) => {
    log.error({ err: error }, 'the local store has ended')
    endAll(error)
  })
  worker.on('exit', () => endAll(new Error('the local store has ended')))

  function become(next: StoreState): void {
    state = next
    changes.tell()
  }

  function endAll(error: Error): void {
    isClosed = true
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  function receive(message: FromWorker): void {
    if (message.kind === 'state') {
      const { setAside } = message.state
      if (setAside && setAside.path !== state.setAside?.path) log.warn(setAside, 'the local store was set aside')
      become(message.state)
      return
    }
    const asked = waiting.get(message.id)
    if (!asked) return
    if (message.kind === 'progress') {
      asked.onProgress?.(message.done)
      return
    }
    waiting.delete(message.id)
    if (message.kind === 'answer') asked.resolve(message.value)
    else asked.reject(message.failure ? new CallError(message.failure, { cause: message.problem }) : new Error(message.problem))
  }

  function send(
    message: (id: number) => ToWorker,
    options: { transfer?: ArrayBuffer[]; onProgress?: (done: number) => void } = {},
  ): Promise<unknown> {
    if (isClosed) return Promise.reject(new Error('the local store is closed'))
    lastId += 1
    const id = lastId
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject, ...(options.onProgress && { onProgress: options.onProgress }) })
      worker.postMessage(message(id), options.transfer ?? [])
    })
  }

  async function open(): Promise<void> {
    const key = await readKey()
    const now = clock.now()
    if (key === 'locked') {
      // Machines that are read meanwhile are in memory alone.
      await send((id) => ({ kind: 'open', id, folder, now, isLocked: true }))
      return
    }
    if (key === 'none') await send((id) => ({ kind: 'open', id, folder, now }))
    // SECURITY: the bytes are moved, not copied, and the worker clears them.
    else await send((id) => ({ kind: 'open', id, folder, now, key }), { transfer: [key.buffer] })
  }

  /** `none`: there is no keychain to keep one in. */
  async function readKey(): Promise<Uint8Array<ArrayBuffer> | 'locked' | 'none'> {
    try {
      const kept = await secrets.read(keyName).catch(async (error: unknown) => {
        if (!isKeychain(error, ['changed'])) throw error
        // Another keychain, which has not got it: what the old one's key is for is set aside, and fetched again.
        await secrets.forget(keyName)
        return undefined
      })
      const bytes = new Uint8Array(keyBytes)
      if (kept === undefined) {
        bytes.set(randomBytes(keyBytes))
        await secrets.write(keyName, Buffer.from(bytes).toString('base64'))
        return bytes
      }
      const known = Buffer.from(kept, 'base64')
      if (known.length !== keyBytes) throw new CallError({ tag: 'keychain', state: 'changed' })
      bytes.set(known)
      return bytes
    } catch (error) {
      log.warn({ cause: error }, 'the key of the local store cannot be had')
      return isKeychain(error, ['locked', 'timeout']) ? 'locked' : 'none'
    }
  }

  async function begin(): Promise<void> {
    try {
      await open()
    } catch (error) {
      log.error({ err: error }, 'the local store cannot be opened')
      become({ ...state, kind: 'memory', bytes: 0 })
      await send((id) => ({ kind: 'open', id, folder, now: clock.now() })).catch(() => undefined)
    }
  }

  let opening = begin()

  async function ask(topic: Topic, verb: string, args: readonly unknown[]): Promise<unknown> {
    await opening
    // Of machines there is only what was read since the start: nothing that was kept before (F-88).
    if (state.kind === 'locked' && topic !== 'machines') throw new CallError({ tag: 'keychain', state: 'locked' })
    const progressAt = args.findIndex((arg) => typeof arg === 'function')
    const listener = args[progressAt]
    if (typeof listener !== 'function') return await send((id) => ({ kind: 'ask', id, topic, verb, args: [...args] }))
    const onProgress = (done: number): void => void Reflect.apply(listener, undefined, [done])
    return await send((id) => ({ kind: 'ask', id, topic, verb, args: args.with(progressAt, undefined), progressAt }), { onProgress })
  }

  /** A topic of the worker: what is called of it is asked there. */
  function remote<Name extends Topic>(topic: Name): Topics[Name] {
    const target = {}
    const verbs = new Proxy(target, {
      get: (_, verb) => (typeof verb === 'string' && verb !== 'then' ? (...args: unknown[]) => ask(topic, verb, args) : undefined),
    })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- topics.ts gives the worker's side the same type
    return verbs as Topics[Name]
  }

  return {
    events: remote('events'),
    machines: remote('machines'),
    state: () => state,
    async reopen() {
      await opening
      if (state.kind === 'ready') return
      opening = begin()
      await opening
    },
    onChange: (listener) => changes.listen(listener),
    async close() {
      await opening
      await send((id) => ({ kind: 'close', id })).catch(() => undefined)
      isClosed = true
      await worker.terminate()
    },
  }
}

function isKeychain(error: unknown, states: readonly string[]): boolean {
  return error instanceof CallError && error.failure.tag === 'keychain' && states.includes(error.failure.state)
}

/** Beside this module, as source or as built (dist/main/storeWorker.mjs, an entry of the build). */
function workerFile(beside: string = import.meta.url): string {
  return fileURLToPath(new URL(beside.endsWith('.ts') ? 'storeWorker.ts' : 'storeWorker.mjs', beside))
}
