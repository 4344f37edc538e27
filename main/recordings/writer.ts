/**
 * Writes one recording's file beside the terminal, which never waits for it. What cannot be written ends the recording, and says why. A console that is
 * killed loses what came in the last second.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecordingEnd } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import { fileEnding, frameOf, newPreamble } from './layout.ts'
import type { Lasted, NewRecordingFile, Written } from './recordingFile.ts'
import { sealChunk, type FileKey } from './seal.ts'

const flushMs = 1000
const chunkChars = 64 * 1024
/** A flood that the disk cannot take must not fill the memory. */
const mostWaitingChars = 32 * 1024 * 1024

export interface Writer {
  /** Takes a line of the cast over; one that comes after the end is dropped. */
  write(line: string): void
  /** The first end counts. */
  end(end: RecordingEnd, lasted: Lasted): void
  readonly written: Promise<Written>
}

/** See OpenRecordingFile. */
export function createWriter({ folder, recordingId, about, mostBytes }: NewRecordingFile, key: Promise<Buffer>, begun: () => void): Writer {
  const path = join(folder, recordingId + fileEnding)
  let lines: string[] = []
  let waitingChars = 0
  let ended: ({ end: RecordingEnd } & Lasted) | undefined
  let timer: NodeJS.Timeout | undefined
  let wake = Promise.withResolvers<void>()
  let fileKey: FileKey | undefined
  let file: FileHandle | undefined
  let index = 0
  let bytes = 0
  const hash = createHash('sha256')

  const startedMs = performance.now()

  function end(why: RecordingEnd, lasted: Lasted): void {
    ended ??= { end: why, ...lasted }
    wake.resolve()
  }

  function write(line: string): void {
    if (ended) return
    lines.push(line)
    waitingChars += line.length
    if (waitingChars > mostWaitingChars) {
      giveUp('tooSlow')
    } else if (waitingChars >= chunkChars) wake.resolve()
    else timer ??= setTimeout(() => wake.resolve(), flushMs)
  }

  function giveUp(why: RecordingEnd): void {
    lines = []
    waitingChars = 0
    end(why, lastedHere())
  }

  /** Where it ends by itself, nobody has told how long it lasted. */
  const lastedHere = (): Lasted => ({ durationMs: Math.round(performance.now() - startedMs), pausedMs: 0 })

  async function put(content: Buffer): Promise<void> {
    for (let done = 0; done < content.length;)
      done += (await file?.write(content, done, content.length - done, bytes + done))?.bytesWritten ?? 0
    bytes += content.length
    hash.update(content)
  }

  async function putChunk(sealed: FileKey, plain: string, isLast: boolean): Promise<void> {
    await put(frameOf(sealChunk(sealed, index, isLast, Buffer.from(plain)), index, isLast))
    index += 1
  }

  async function begin(): Promise<FileKey> {
    const fresh = newPreamble(recordingId, await key)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    file = await open(path, 'wx', 0o600)
    await put(fresh.preamble)
    await putChunk(fresh.fileKey, JSON.stringify(about), false)
    begun()
    return fresh.fileKey
  }

  /** As many lines as fit a chunk. */
  function take(): string {
    let count = 0
    let chars = 0
    while (count < lines.length && chars < chunkChars) chars += lines[count++]?.length ?? 0
    waitingChars -= chars
    return lines.splice(0, count).join('')
  }

  async function work(): Promise<void> {
    fileKey = await begin()
    for (;;) {
      if (!ended && waitingChars < chunkChars) await wake.promise
      wake = Promise.withResolvers()
      clearTimeout(timer)
      timer = undefined
      if (lines.length > 0) {
        await putChunk(fileKey, take(), false)
        if (bytes > mostBytes) giveUp('tooLarge')
      }
      if (ended && lines.length === 0) break
      // What came while the chunk was being written goes with the next second's.
      if (lines.length > 0) timer ??= setTimeout(() => wake.resolve(), flushMs)
    }
    await putChunk(fileKey, JSON.stringify(ended), true)
    await file?.datasync()
  }

  /** The end goes over what was written in part: it is small, so it may find room where more did not. A file without a beginning goes. */
  async function mend(): Promise<void> {
    if (!fileKey) {
      if (file) await rm(path, { force: true })
      return
    }
    await file?.truncate(bytes)
    await putChunk(fileKey, JSON.stringify(ended), true)
  }

  async function run(): Promise<Written> {
    let isWhole = true
    let cause: string | undefined
    try {
      await work()
    } catch (error) {
      isWhole = false
      cause = error instanceof Error ? error.message : String(error)
      // It may have ended already, and then could not write that.
      ended = { ...(ended ?? lastedHere()), end: endOf(error) }
      giveUp(ended.end)
      await mend().catch(() => undefined)
    }
    clearTimeout(timer)
    await file?.close().catch(() => undefined)
    const told = ended ?? { end: 'failed', ...lastedHere() }
    return {
      ...told,
      hasBegun: fileKey !== undefined,
      bytes,
      ...(isWhole && { digest: hash.digest('hex') }),
      ...(cause !== undefined && { cause }),
    }
  }

  return { write, end, written: run() }
}

function endOf(error: unknown): RecordingEnd {
  if (error instanceof CallError && error.failure.tag === 'keychain') return 'keychain'
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'failed'
}
