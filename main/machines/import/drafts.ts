/** Files that were sent for import and not imported or forgotten yet: few, and none larger than it may be. */
import { CallError } from '../../callError.ts'
import { mostBytes, type Reading } from './reading.ts'

export interface Draft {
  parts: Buffer[]
  size: number
  name: string
  reading?: Reading
  /** The places of `machines` and `leftOut` in the order of the file: an index, or one less than its negative for what is left out. */
  order?: Int32Array
  /** For one gateway, whether each machine is there already. */
  known?: { gatewayId: string; flags: Uint8Array }
  /** Console ids of the machines that the import added, for undoing it. */
  added: readonly string[]
}

export interface Drafts {
  /** Throws CallError file tooLarge, and then nothing is left of it. */
  append(importId: string, part: Buffer): void
  /** Throws CallError notFound for one that is not there any more. */
  get(importId: string): Draft
  /** The same, or an empty one: what is on this computer needs no sending. */
  open(importId: string): Draft
  drop(importId: string): void
  /** Machines came or went. */
  forgetKnown(): void
}

/** One that is looked at, and the one before for whoever undoes it. */
const mostDrafts = 3

export function createDrafts(): Drafts {
  const drafts = new Map<string, Draft>()

  function open(importId: string): Draft {
    const draft = drafts.get(importId) ?? { parts: [], size: 0, name: '', added: [] }
    // The last one that was used is the last one to go.
    drafts.delete(importId)
    drafts.set(importId, draft)
    for (const oldest of drafts.keys()) if (drafts.size > mostDrafts) drafts.delete(oldest)
    return draft
  }

  return {
    open,
    append(importId, part) {
      const draft = open(importId)
      draft.size += part.length
      if (draft.size > mostBytes) {
        drafts.delete(importId)
        throw new CallError({ tag: 'file', path: draft.name, problem: 'tooLarge' })
      }
      draft.parts.push(part)
    },
    get(importId) {
      if (!drafts.has(importId)) throw new CallError({ tag: 'notFound', what: 'import' })
      return open(importId)
    },
    drop: (importId) => void drafts.delete(importId),
    forgetKnown() {
      for (const draft of drafts.values()) delete draft.known
    },
  }
}
