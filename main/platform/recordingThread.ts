/** Recordings are written in a thread of their own: encoding, encrypting and the disk's waits cost the terminals nothing but a copy of their bytes. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { RecordingEnd } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { Lasted, NewRecordingFile, OpenRecordingFile, Written } from '../recordings/recordingFile.ts'

/** To the thread. `bytes` are moved over, not copied. */
export type ToRecording =
  | { kind: 'open'; id: number; file: NewRecordingFile }
  | { kind: 'key'; id: number; key: Uint8Array }
  /** `isKeychain`: it is the keychain that does not give it. */
  | { kind: 'noKey'; id: number; isKeychain: boolean }
  | { kind: 'output'; id: number; atMs: number; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'note'; id: number; atMs: number; mark: 'r' | 'm'; data: string }
  | { kind: 'end'; id: number; end: RecordingEnd; lasted: Lasted }

/** From it. `taken`: this many bytes do not wait in the messages any more. */
export type FromRecording =
  | { kind: 'begun'; id: number }
  | { kind: 'taken'; id: number; count: number }
  | { kind: 'written'; id: number; written: Written }

/** A thread that gets no time must not fill the memory with messages. */
const mostWaitingBytes = 32 * 1024 * 1024

interface Open {
  begun(): void
  finish(written: Written): void
  waitingBytes: number
  hasBegun: boolean
}

/** The worker's file: beside this module, as source or as built (dist/main/recordingWorker.mjs, an entry of the build). */
const workerFile = (beside: string = import.meta.url): string =>
  fileURLToPath(new URL(beside.endsWith('.ts') ? 'recordingWorker.ts' : 'recordingWorker.mjs', beside))

/** The thread starts with the first recording. Should it end, the recordings end as `failed`, and the next one starts another. */
export function createRecordingThread(): OpenRecordingFile {
  let worker: Worker | undefined
  const open = new Map<number, Open>()
  let lastId = 0

  function start(): Worker {
    const started = new Worker(workerFile(), { name: 'recordings', execArgv: [], env: {}, argv: [] })
    started.on('message', (message: FromRecording) => receive(message))
    started.on('error', (error: Error) => endAll(started, error.message))
    started.on('exit', () => endAll(started, 'the thread of recordings has ended'))
    return started
  }

  function endAll(ended: Worker, cause: string): void {
    if (worker !== ended) return
    worker = undefined
    for (const one of open.values()) {
      one.finish({ end: 'failed', hasBegun: one.hasBegun, bytes: 0, durationMs: 0, pausedMs: 0, cause })
    }
    open.clear()
  }

  function receive(message: FromRecording): void {
    const one = open.get(message.id)
    if (!one) return
    switch (message.kind) {
      case 'begun':
        one.hasBegun = true
        one.begun()
        return
      case 'taken':
        one.waitingBytes -= message.count
        return
      case 'written':
        open.delete(message.id)
        // It keeps the console alive only while something is to be written.
        if (open.size === 0) worker?.unref()
        one.finish(message.written)
    }
  }

  return (file, key, begun) => {
    const id = (lastId += 1)
    const thread = (worker ??= start())
    const written = Promise.withResolvers<Written>()
    const mine: Open = { begun, finish: written.resolve, waitingBytes: 0, hasBegun: false }
    open.set(id, mine)
    thread.ref()
    let isEnded = false
    const send = (message: ToRecording, moved: readonly ArrayBuffer[] = []) => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
      if (open.get(id) === mine) thread.postMessage(message, moved)
    }
    send({ kind: 'open', id, file })
    key.then(
      (bytes) => send({ kind: 'key', id, key: new Uint8Array(bytes) }),
      (error: unknown) => send({ kind: 'noKey', id, isKeychain: error instanceof CallError && error.failure.tag === 'keychain' }),
    )
    function end(why: RecordingEnd, lasted: Lasted): void {
      if (isEnded) return
      isEnded = true
      send({ kind: 'end', id, end: why, lasted })
    }
    return {
      output(atMs, bytes) {
        if (isEnded) return
        if (mine.waitingBytes > mostWaitingBytes) {
          end('tooSlow', { durationMs: Math.round(atMs), pausedMs: 0 })
          return
        }
        mine.waitingBytes += bytes.length
        // A copy: the bytes are on their way to the window too, and a view's buffer is shared.
        const copy = new Uint8Array(bytes)
        send({ kind: 'output', id, atMs, bytes: copy }, [copy.buffer])
      },
      note: (atMs, mark, data) => send({ kind: 'note', id, atMs, mark, data }),
      end,
      written: written.promise,
    }
  }
}
