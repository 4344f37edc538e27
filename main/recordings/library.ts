/** The recordings' folder: what is in it, and what of each can be told without reading all of it. The files are the index; nothing else is kept. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Recording, UnreadableRecording } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import { fileFailure } from '../atomicFile.ts'
import { fileEnding } from './layout.ts'
import type { MasterKey } from './masterKey.ts'
import { openRecording, type OpenRecording } from './reader.ts'
import type { Kept } from './retention.ts'

export type Entry = { ok: true; recording: Recording } | { ok: false; unreadable: UnreadableRecording }

export interface Library {
  /** Every file of a recording. Asks no keychain. */
  files(): Promise<Kept[]>
  /** What each file tells of itself; newest first. Throws CallError keychain. */
  entries(): Promise<Entry[]>
  /** Opens it for `work` and closes it again. Throws CallError notFound (recording), keychain, file. */
  use<Result>(recordingId: string, work: (open: OpenRecording, recording: Recording) => Promise<Result>): Promise<Result>
  /** What is known of it without the keychain's being asked now; undefined: nothing. */
  known(recordingId: string): Recording | undefined
  remove(recordingId: string): Promise<void>
}

export function createLibrary(folder: string, masterKey: MasterKey, isLive: (recordingId: string) => boolean): Library {
  /** By id; as good as the size and time that they were read at. */
  const read = new Map<string, { bytes: number; atMs: number; entry: Entry }>()
  const pathOf = (recordingId: string) => join(folder, recordingId + fileEnding)

  async function files(): Promise<Kept[]> {
    const names = await readdir(folder).catch((error: unknown) => {
      if (isMissing(error)) return []
      throw fileFailure(error, folder)
    })
    const ids = names.filter((name) => name.endsWith(fileEnding)).map((name) => name.slice(0, -fileEnding.length))
    const found = await Promise.all(ids.filter((id) => z.uuid().safeParse(id).success).map(fileOf))
    return found.filter((one) => one !== undefined)
  }

  async function fileOf(recordingId: string): Promise<Kept | undefined> {
    // It may have been deleted since the folder was read.
    const facts = await stat(pathOf(recordingId)).catch(() => undefined)
    return facts?.isFile() ? { recordingId, bytes: facts.size, atMs: facts.mtimeMs } : undefined
  }

  async function keyOrNone(): Promise<Buffer> {
    // Where there is no key yet, whatever lies there is under another one; any key shows that.
    return (await masterKey('read')) ?? Buffer.alloc(32)
  }

  async function toRecording(recordingId: string, opened: OpenRecording): Promise<Recording> {
    const { cols: _cols, rows: _rows, ...about } = opened.about
    const facts = { recordingId, ...about, bytes: opened.bytes }
    if (isLive(recordingId)) return { ...facts, state: 'recording' }
    const ending = await opened.ending()
    return ending ? { ...facts, durationMs: ending.durationMs, state: 'whole' } : { ...facts, state: 'cut' }
  }

  async function entryOf({ recordingId, bytes, atMs }: Kept, master: Buffer): Promise<Entry | undefined> {
    const before = read.get(recordingId)
    if (before && before.bytes === bytes && before.atMs === atMs && (!before.entry.ok || before.entry.recording.state !== 'recording')) {
      return before.entry
    }
    const opened = await openRecording(pathOf(recordingId), recordingId, master).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw fileFailure(error, pathOf(recordingId))
    })
    if (opened === undefined) return undefined
    if (typeof opened === 'string') {
      // A file whose beginning is being written is no fault.
      if (isLive(recordingId)) return undefined
      const unreadable = { recordingId, at: new Date(atMs).toISOString(), bytes, why: opened }
      return keep(recordingId, { bytes, atMs, entry: { ok: false, unreadable } })
    }
    try {
      return keep(recordingId, { bytes, atMs, entry: { ok: true, recording: await toRecording(recordingId, opened) } })
    } finally {
      await opened.close()
    }
  }

  function keep(recordingId: string, found: { bytes: number; atMs: number; entry: Entry }): Entry {
    read.set(recordingId, found)
    return found.entry
  }

  return {
    files,
    async entries() {
      const all = await files()
      if (all.length === 0) return []
      const master = await keyOrNone()
      const found: Entry[] = []
      for (const file of all) {
        const entry = await entryOf(file, master)
        if (entry) found.push(entry)
      }
      return found.toSorted((one, other) => startOf(other).localeCompare(startOf(one)))
    },
    async use(recordingId, work) {
      const path = pathOf(recordingId)
      const missing = new CallError({ tag: 'notFound', what: 'recording' })
      if (!(await fileOf(recordingId))) throw missing
      const opened = await openRecording(path, recordingId, await keyOrNone()).catch((error: unknown) => {
        throw isMissing(error) ? missing : fileFailure(error, path)
      })
      if (typeof opened === 'string') throw new CallError({ tag: 'file', path, problem: 'other' }, { cause: new Error(opened) })
      try {
        return await work(opened, await toRecording(recordingId, opened))
      } finally {
        await opened.close()
      }
    },
    known(recordingId) {
      const entry = read.get(recordingId)?.entry
      return entry?.ok ? entry.recording : undefined
    },
    async remove(recordingId) {
      try {
        await rm(pathOf(recordingId))
      } catch (error) {
        throw isMissing(error) ? new CallError({ tag: 'notFound', what: 'recording' }) : fileFailure(error, pathOf(recordingId))
      }
      read.delete(recordingId)
    },
  }
}

const startOf = (entry: Entry): string => (entry.ok ? entry.recording.startedAt : entry.unreadable.at)

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
