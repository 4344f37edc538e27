/**
 * The port to what this console keeps on this computer: the events of each provider's log and the inventory, encrypted by a key of the keychain, in one
 * file that a worker thread owns. It holds only what can be fetched again. Without a key nothing is kept: the same store, in memory alone (VLT-2).
 */
import type {
  AuditFacets,
  AuditFilter,
  AuditOverview,
  MachineFacets,
  MachineFilter,
  MachineHits,
  MachineSort,
  MachineState,
} from '../preload/contract.ts'
import type { LogEvent, ProviderMachine } from './providers/provider.ts'

/** An event as its log has it (provider.ts). Order is by `seq`, never by time (F-92). */
export type StoredEvent = LogEvent

/** What is there of one log. Events may be read from the newest to the oldest, so there may be a gap between what is old and what is new. */
export interface LogExtent {
  /** The highest `seq` up to which all are there from `from` on; 0 when there are none. */
  have: number
  /** The lowest `seq` that is kept (retention takes the oldest away). */
  from: number
  count: number
  /** The lowest `seq` whose leaf hash is there, its event or not. At 1 the log can be proved, and there is nothing older to read; 0 when there are none. */
  hashesFrom: number
  /** What `markVerified` was last told. */
  verified: number
  /** Those that are marked as changed; few, the first ones. */
  changed: number[]
  /** What `heard` was last told. */
  heard?: { of: number; at: number }
}

/** Which provider's event: a page's place in each log, so that the next page begins where this one ended. Opaque to everybody but the store. */
export type PageMark = string

export interface EventPage {
  events: { providerId: string; event: StoredEvent; mark: EventMark }[]
  next?: PageMark
}

/** `verified`: under a checkpoint that its gateway signed. `unverified`: not yet, or its log has no proofs. `changed`: it is not what its log's tree has. */
export type EventMark = 'verified' | 'unverified' | 'changed'

/** What was found when all events of a log were compared with its tree. */
export interface TreeCheck {
  /** Root (RFC 6962) over the first `size` events as they are kept, base64; undefined when some of them are not known any more. */
  root: string | undefined
  /** Events that are not what their leaf hash says (F-81); few, the first ones. */
  changed: number[]
}

/** Filters, and the machines of facets, are by the console's ids: "desk:m1" is the provider's id, a colon, and the provider's own. */
export interface StoredEvents {
  extent(providerId: string): Promise<LogExtent>
  /** In order and without gaps within itself. One transaction; what was there already is the same, or is replaced when it was marked as changed. */
  put(providerId: string, events: readonly StoredEvent[]): Promise<LogExtent>
  /** The same for events that are older than what is to be kept: only their leaf hashes stay, so that the rest can be proved. `hashesFrom` goes down, `from` does not. */
  putHashes(providerId: string, events: readonly StoredEvent[]): Promise<LogExtent>
  page(
    filter: AuditFilter,
    options: { before?: PageMark; limit: number; sort?: 'time' | 'machine' | 'actor'; descending?: boolean },
  ): Promise<EventPage>
  one(providerId: string, seq: number): Promise<{ event: StoredEvent; mark: EventMark } | undefined>
  /** Those with `from` ≤ `seq` < `to` that are there, in order. */
  read(providerId: string, from: number, to: number): Promise<StoredEvent[]>
  /** How many events the log had when it was asked, and when (ms since the epoch): how old what is here is, known at the next start too. */
  heard(providerId: string, told: { of: number; at: number }): Promise<void>
  overview(filter: AuditFilter, bins: number): Promise<AuditOverview>
  facets(filter: AuditFilter): Promise<AuditFacets>
  /** Root (RFC 6962) over the first `size` leaf hashes, base64, without looking at the events: a few milliseconds. undefined when some are not known. */
  root(providerId: string, size: number): Promise<string | undefined>
  /** The tree's hashes of level 8 × `level` (gateway/log/tiles.ts), for the bundle. Throws when some are not known. */
  hashes(providerId: string, level: number, position: number, count: number): Promise<Uint8Array[]>
  /** Compares a stretch of what is kept with its leaf hashes and answers the root at `size`, telling what part is done (0 to 1); a few milliseconds a step, off the window's way. */
  check(providerId: string, size: number, onProgress?: (done: number) => void): Promise<TreeCheck>
  /** What is known to be under a signed checkpoint: events up to `size` are `verified` from now on. */
  markVerified(providerId: string, size: number): Promise<void>
  markChanged(providerId: string, seqs: readonly number[]): Promise<void>
  /** Takes the oldest away: older than `olderThan` (ms since the epoch), and what is over `mostBytes`. Their tree hashes stay, so that the rest still proves itself. */
  retain(limits: { olderThan?: number; mostBytes?: number }): Promise<{ removed: number }>
  /** A log that is another one now, or a provider that was left. */
  forget(providerId: string): Promise<void>
}

/** What is known of a provider's reading. Instants are milliseconds since the epoch. */
export interface StoredSource {
  providerId: string
  cursor?: string
  /** When the list was last right. */
  readAt?: number
  count: number
  /** A reading that began and did not end: so many machines of it are here. */
  done?: number
  /** F-46: nearly all were gone at the end of a reading, so they are still here. */
  held?: { before: number; lost: number; kept: boolean }
}

/** One page of a provider's changes, with the cursor after it. */
export interface MachinePage {
  machines: readonly ProviderMachine[]
  removed: readonly string[]
  cursor: string
  /** There is more to read. What is gone is taken off the list with the last page. */
  more: boolean
  /** What was read before this reading is void. */
  startsAnew?: boolean
  at: number
  /** Ids that this console itself has removed: they are missed by nobody. */
  expected: readonly string[]
}

/** What of all machines is looked at; `only`: these console ids, in the order `recent`. */
export interface StoredSelection {
  tab: MachineState
  search: string
  filter: MachineFilter
  only?: readonly string[]
}

export interface FoundMachine {
  providerId: string
  machine: ProviderMachine
  /** F-30. */
  nameIsShared: boolean
  hits?: MachineHits
}

export interface StoredSlice {
  total: number
  counts: Record<MachineState, number>
  machines: FoundMachine[]
  near: boolean
}

/** The inventory as it was last read, searched where it is kept: neither the window nor main ever has it as a whole. */
export interface StoredMachines {
  sources(): Promise<StoredSource[]>
  /** One page in one transaction; what is acknowledged is there after a restart. */
  put(providerId: string, page: MachinePage): Promise<StoredSource>
  /** F-46. `accept`: what is gone is taken off the list. */
  decideHeld(providerId: string, decision: 'accept' | 'keep'): Promise<void>
  forget(providerId: string): Promise<void>
  list(selection: StoredSelection, page: { sort: MachineSort; descending: boolean; offset: number; limit: number }): Promise<StoredSlice>
  /** `narrow`: of this facet only the values that have the text in them. */
  facets(selection: StoredSelection, narrow?: { facet: keyof MachineFacets; text: string }): Promise<MachineFacets>
  /** By console ids; undefined: it is not there. */
  get(machineIds: readonly string[]): Promise<(FoundMachine | undefined)[]>
  /** Of each: whether there is one of that name (as F-30 compares) and address (F-43). */
  areKnown(machines: readonly { name: string; address: string }[]): Promise<boolean[]>
}

/**
 * `ready`; `memory`: there is no keychain, so nothing is kept; `locked`: it cannot be read before the keychain is unlocked (F-88); `inUse`: another console
 * has it open; `full`: the disk is. `setAside`: what was there could not be used and was renamed, never deleted; why, and to what.
 */
export interface StoreState {
  kind: 'opening' | 'ready' | 'memory' | 'locked' | 'inUse' | 'full'
  setAside?: { path: string; why: 'damaged' | 'newer' | 'otherKey' }
  bytes: number
}

/** What is asked while it is `opening` waits. While it is `locked` all is refused with CallError `keychain` (F-88), while it is `full` what writes with `diskFull`. */
export interface LocalStore {
  readonly events: StoredEvents
  readonly machines: StoredMachines
  state(): StoreState
  /** The keychain may be open now: tries again with it. */
  reopen(): Promise<void>
  onChange(listener: () => void): () => void
  close(): Promise<void>
}
