/** What goes between the console and the worker that owns the local store. Both are of one build, so nothing is parsed; keys go only this way. */
import type { Failure } from '../../../preload/contract.ts'
import type { StoredEvents, StoredMachines, StoreState } from '../../localStore.ts'

/** What the store keeps, by topic. A topic more is a line here, one in topics.ts, and one in openLocalStore.ts: `remote('name')`. */
export interface Topics {
  events: StoredEvents
  machines: StoredMachines
}
export type Topic = keyof Topics

export type ToWorker =
  /** Without a key nothing is kept: the store is in memory alone. The worker clears the key's bytes once they are used. */
  | { kind: 'open'; id: number; folder: string; key?: Uint8Array<ArrayBuffer>; isLocked?: true; now: number }
  /** `progressAt`: which argument is a listener, which stays on the console's side. */
  | { kind: 'ask'; id: number; topic: Topic; verb: string; args: unknown[]; progressAt?: number }
  | { kind: 'close'; id: number }

export type FromWorker =
  | { kind: 'answer'; id: number; value: unknown }
  /** `failure`: an expected one; else it is a bug of ours, in words. */
  | { kind: 'failed'; id: number; failure?: Failure; problem: string }
  | { kind: 'progress'; id: number; done: number }
  | { kind: 'state'; state: StoreState }
