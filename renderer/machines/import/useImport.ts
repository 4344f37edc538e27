/** One import from the choice of a file to its result: what is on the screen follows from `phase`. */
import { useEffect, useRef, useState } from 'react'
import type { CsvColumns, Failure, ImportFormat, ImportPreview } from '../../../preload/contract.ts'
import { call, failureOf, queries } from '../../door.ts'

/** As much as main takes (preload/contract/imports.ts). */
const mostBytes = 64_000_000
const partBytes = 1_000_000

export type Phase =
  | { name: 'start' }
  /** `done`: from 0 to 1. */
  | { name: 'sending'; done: number }
  | { name: 'reading' }
  | { name: 'asking'; again: boolean }
  /** `busy`: it is being read again, as something else. */
  | { name: 'shown'; preview: ImportPreview; busy: boolean }
  | { name: 'failed'; failure: Failure }

/** What a reading may be told: a format that is not what it looks like, a password, what the columns are. */
interface Told {
  format?: ImportFormat
  table?: CsvColumns
  password?: string
}

export interface Import {
  importId: string
  phase: Phase
  /** The file's name; absent: what is on this computer. */
  name?: string
  format?: ImportFormat
  take(file: File): Promise<void>
  takeOwn(): Promise<void>
  /** Reads the same file again. */
  tell(told: Told): Promise<void>
  begin(): void
}

export function useImport(): Import {
  const [state, setState] = useState<{ importId: string; phase: Phase; name?: string; format?: ImportFormat }>(() => ({
    importId: crypto.randomUUID(),
    phase: { name: 'start' },
  }))
  /** What is on the screen now; answers for an earlier file come too late. */
  const current = useRef(state.importId)

  // What is not imported is not kept.
  useEffect(() => () => void call('machines.dropImport', { importId: current.current }).catch(() => undefined), [])

  function begin(name?: string): string {
    void call('machines.dropImport', { importId: current.current }).catch(() => undefined)
    const importId = crypto.randomUUID()
    current.current = importId
    setState({ importId, phase: { name: 'start' }, ...(name !== undefined && { name }) })
    return importId
  }

  const go = (importId: string, phase: Phase): void => {
    if (current.current === importId) setState((now) => ({ ...now, phase }))
  }

  async function read(importId: string, name: string | undefined, told: Told): Promise<void> {
    if (current.current === importId)
      setState((now) => ({ ...now, phase: now.phase.name === 'shown' ? { ...now.phase, busy: true } : { name: 'reading' } }))
    try {
      const preview = await call('machines.previewImport', { importId, ...(name !== undefined && { name }), ...told })
      go(importId, preview.asks ? { name: 'asking', again: preview.asks === 'wrongPassword' } : { name: 'shown', preview, busy: false })
      // The same rows of the same import are others now.
      await queries.invalidateQueries({ queryKey: ['machines.importRows'] })
    } catch (error) {
      go(importId, { name: 'failed', failure: failureOf(error) })
    }
  }

  return {
    ...state,
    async take(file) {
      const name = file.name.slice(-255)
      const importId = begin(name)
      if (file.size > mostBytes) return go(importId, { name: 'failed', failure: { tag: 'file', path: name, problem: 'tooLarge' } })
      try {
        // Also of an empty file one part, or it would be ~/.ssh/config that is read.
        for (let at = 0; (at === 0 || at < file.size) && current.current === importId; at += partBytes) {
          go(importId, { name: 'sending', done: at / Math.max(1, file.size) })
          await call('machines.sendImport', { importId, data: await toBase64(file.slice(at, at + partBytes)) })
        }
      } catch (error) {
        // A file that was moved or forbidden meanwhile is no fault of ours.
        const isOfFile = error instanceof DOMException
        return go(importId, { name: 'failed', failure: isOfFile ? { tag: 'file', path: name, problem: 'other' } : failureOf(error) })
      }
      await read(importId, name, {})
    },
    async takeOwn() {
      await read(begin(), undefined, {})
    },
    async tell(told) {
      const { password, ...kept } = told
      const format = kept.format ?? state.format
      setState((now) => ({ ...now, ...(format && { format }) }))
      await read(state.importId, state.name, { ...kept, ...(format && { format }), ...(password !== undefined && { password }) })
    },
    begin: () => void begin(),
  }
}

async function toBase64(part: Blob): Promise<string> {
  const bytes = new Uint8Array(await part.arrayBuffer())
  // In pieces: a call has room for so many arguments only.
  let binary = ''
  for (let at = 0; at < bytes.length; at += 32_768) binary += String.fromCharCode(...bytes.subarray(at, at + 32_768))
  return btoa(binary)
}
