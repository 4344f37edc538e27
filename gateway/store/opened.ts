/** A store that is open, with what its kind brings along. */
import type { Clock } from '../deadlines.ts'
import { openFile, openStore } from './database.ts'
import type { Store } from './database.ts'
import type { Bell } from './postgres/bell.ts'

export interface OpenedStore {
  store: Store
  /** What every instant in it is told by. */
  clock: Clock
  /** Where several gateways may share it. */
  shared?: SharedStore
  close(): Promise<void>
}

export interface SharedStore {
  bell: Bell
  /** The same store over connections that nothing else uses, and that no fence stops. */
  lifeline: Store
  /** Compares this computer's monotonic clock with the store's again. Throws when the store cannot be asked. */
  askTime(): Promise<void>
  /** From now on transactions are this gateway's, and hold only while it is one of those that share the store; `onFenced` is told when it is not. */
  actAs(gatewayId: string | undefined, onFenced: () => void): void
}

/** The file in a folder, which a gateway has for itself. `open` is how. Throws StoreError. */
export function openInFolder(dataFolder: string, clock: Clock, open = openFile): OpenedStore {
  const store = openStore(open(dataFolder))
  return { store, clock, close: () => store.destroy() }
}
