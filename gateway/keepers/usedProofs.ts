/**
 * The memory of proofs that gateways with a common store share: one that was used at any of them is used. It is also why their nonce can be one and
 * the same for all and for always: no run forgets what was used in another.
 */
import { createReplays } from '../people/replays.ts'
import type { Proofs } from '../people/replays.ts'
import type { Store } from '../store/database.ts'

const forgetEveryMs = 10_000

/** `keptMs` is at least as long as a proof is good. */
export async function createUsedProofs(store: Store, keptMs: number, monotonicMs: () => number): Promise<Proofs> {
  const { proofNonce } = await store.selectFrom('store').select('proofNonce').executeTakeFirstOrThrow()
  if (proofNonce === undefined) throw new Error('the store has no nonce')
  // What one console may fill is bounded at each gateway.
  const seenHere = createReplays(keptMs)
  let forgotAtMs = -Infinity

  return {
    nonce: proofNonce,
    async use(thumbprint, jti, nowMs) {
      if (!seenHere.use(thumbprint, jti, nowMs)) return false
      if (monotonicMs() - forgotAtMs > forgetEveryMs) {
        forgotAtMs = monotonicMs()
        await store.deleteFrom('usedProofs').where('until', '<', nowMs).execute()
      }
      const inserted = await store
        .insertInto('usedProofs')
        .values({ thumbprint, jti, until: nowMs + keptMs })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return inserted.numInsertedOrUpdatedRows === 1n
    },
  }
}
