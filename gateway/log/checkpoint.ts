/** A checkpoint says how many events a log has and what their root is, signed by its gateway: a note as C2SP tlog-checkpoint forms it. */
import type { KeyObject } from 'node:crypto'
import { fromBase64, openNote, signNote } from './note.ts'
import type { NoteKey } from './note.ts'
import { hashBytes } from './tree.ts'

export interface Checkpoint {
  /** The log's name, and the name of the key that signs for it. */
  origin: string
  size: number
  root: Buffer
}

export function signCheckpoint({ origin, size, root }: Checkpoint, privateKey: KeyObject): string {
  return signNote(`${origin}\n${size}\n${root.toString('base64')}\n`, origin, privateKey)
}

/** undefined when the key did not sign it, or it is the checkpoint of another log, or has lines that we do not know. */
export function openCheckpoint(note: string, key: NoteKey): Checkpoint | undefined {
  const [origin = '', size = '', root = '', ...rest] = openNote(note, key)?.split('\n') ?? []
  const bytes = fromBase64(root)
  if (origin !== key.name || bytes?.length !== hashBytes || rest.length !== 1 || rest[0] !== '') return undefined
  if (!/^(?:0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined
  return { origin, size: Number(size), root: bytes }
}
