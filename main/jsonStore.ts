/** A small thing that the console remembers: one JSON file in the data folder, parsed at the edge, written whole. */
import { readFileSync, renameSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { z } from 'zod'
import { CallError } from './callError.ts'
import { fileFailure, writeAtomically } from './atomicFile.ts'

const maxBytes = 10_000_000

export interface JsonStore<Value> {
  get(): Value
  /** On disk before it resolves; a failure leaves the old value in place. Throws CallError `file`. */
  update(next: (value: Value) => Value): Promise<void>
  /** When every change so far is written, or has failed. */
  settled(): Promise<void>
  /** Why the file was not taken, as a key of words with the name under which it was set aside. */
  readonly limit: string | undefined
}

/**
 * Opens the store. A file that cannot be read as `schema` is set aside under another name, never deleted, and `empty` is used.
 */
export function openJsonStore<Value>(
  path: string,
  schema: z.ZodType<Value>,
  empty: Value,
  options: { synced: boolean } = { synced: true },
): JsonStore<Value> {
  const found = readJson(path)
  const parsed = found.ok && found.json !== undefined ? schema.safeParse(found.json) : undefined
  let limit: string | undefined
  if (!found.ok || parsed?.success === false) limit = setAside(path)
  let value = parsed?.success ? parsed.data : empty
  let last: Promise<unknown> = Promise.resolve()

  async function write(next: (value: Value) => Value): Promise<void> {
    const wanted = next(value)
    await writeJson(path, wanted, options)
    value = wanted
  }

  return {
    get: () => value,
    limit,
    async settled() {
      await last
    },
    update(next) {
      // One after the other: each change builds on the one before.
      const before = last
      const mine = (async () => {
        await before
        await write(next)
      })()
      // A change that failed is told to whoever asked for it, not to the next one.
      last = mine.catch(() => undefined)
      return mine
    },
  }
}

/** The file's JSON; `undefined` when there is none; not ok when it is too large, unreadable or no JSON. */
export function readJson(path: string): { ok: true; json: unknown } | { ok: false; cause: unknown } {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (!found) return { ok: true, json: undefined }
    if (found.size > maxBytes) return { ok: false, cause: new CallError({ tag: 'file', path, problem: 'tooLarge' }) }
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return { ok: true, json }
  } catch (cause) {
    return { ok: false, cause }
  }
}

export async function writeJson(path: string, value: unknown, options: { synced: boolean } = { synced: true }): Promise<void> {
  try {
    await writeAtomically(path, (chunk) => chunk(`${JSON.stringify(value, null, 2)}\n`), options)
  } catch (error) {
    throw fileFailure(error, path)
  }
}

/** Renames what cannot be read and answers the limit to tell: "fileSetAside:settings.json". */
export function setAside(path: string): string {
  try {
    renameSync(path, `${path}.unreadable-${Date.now()}`)
    return `fileSetAside:${basename(path)}`
  } catch {
    return `fileUnreadable:${basename(path)}`
  }
}
