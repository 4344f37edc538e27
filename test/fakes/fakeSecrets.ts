/** A keychain in memory that can be put into any state that a real one gets into. */
import { CallError } from '../../main/callError.ts'
import type { Secrets } from '../../main/ports.ts'
import type { KeychainState } from '../../preload/contract.ts'

export interface FakeSecrets extends Secrets {
  readonly kept: Map<string, string>
  become(state: KeychainState): void
}

export function fakeSecrets(): FakeSecrets {
  const kept = new Map<string, string>()
  let state: KeychainState = 'ready'
  function check(): void {
    if (state !== 'ready') throw new CallError({ tag: 'keychain', state })
  }
  return {
    kept,
    become(next) {
      state = next
    },
    state: () => Promise.resolve(state),
    async read(name) {
      check()
      return kept.get(name)
    },
    async write(name, secret) {
      check()
      kept.set(name, secret)
    },
    async forget(name) {
      check()
      kept.delete(name)
    },
  }
}
