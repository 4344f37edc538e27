/**
 * What a console is to each log that it reads: a witness. It keeps the last checkpoint that it saw and takes a new one only if the new one
 * extends it; a gateway that forgets, or tells two people two stories, is found out (F-82, F-83). Pure.
 */
import type { Checkpoint } from './checkpoint.ts'
import { verifyConsistency } from './proofs.ts'

/**
 * `first`: nothing was seen before. `same`, `extends`: keep the new one. `rollback`: the log is shorter than it was. `fork`: of the same size or
 * longer, but not the same log any more, or not proven to be. `otherLog`: another origin. For the last three keep the old one, and tell a person.
 */
export type Sight = 'first' | 'same' | 'extends' | 'rollback' | 'fork' | 'otherLog'

/** Both checkpoints' signatures are verified. `proof` is the consistency proof from the last one's size to the new one's. */
export function witness(last: Checkpoint | undefined, next: Checkpoint, proof: readonly Uint8Array[]): Sight {
  if (last === undefined) return 'first'
  if (last.origin !== next.origin) return 'otherLog'
  if (next.size < last.size) return 'rollback'
  if (!verifyConsistency(last.size, next.size, last.root, next.root, proof)) return 'fork'
  return next.size === last.size ? 'same' : 'extends'
}
