/** A gateway's log as a witness reads it: its checkpoints, believed only by the key that the gateway is known by, and proofs (gateway/log). */
import { Checkpointed, ConsistencyProof } from '../../../gateway/contract/log.ts'
import { fingerprintOf } from '../../../gateway/contract/invitationCode.ts'
import { openCheckpoint, type Checkpoint } from '../../../gateway/log/checkpoint.ts'
import { fromBase64, parseKey } from '../../../gateway/log/note.ts'
import { witness } from '../../../gateway/log/witness.ts'
import { CallError } from '../../callError.ts'
import type { LogCheckpoint, ProviderLog, SignedCheckpoint } from '../provider.ts'
import type { createClient } from './client.ts'

const sha256Bytes = 32
const about = { what: 'gateway' } as const

/**
 * `fingerprint` answers that of the gateway's key; undefined when it cannot be had, which only an embedded gateway's may be: then its log is
 * unsigned, not wrong.
 */
export function createGatewayLog(
  ask: ReturnType<typeof createClient>,
  known: { fingerprint: () => Promise<string | undefined>; whenLookedAt: boolean },
  bundle: ProviderLog['bundle'],
): ProviderLog {
  async function open({ note, publicKey }: SignedCheckpoint): Promise<Checkpoint | undefined> {
    const key = parseKey(publicKey)
    if (key === undefined || fingerprintOf(key.publicKey.toString('base64url')) !== (await known.fingerprint())) return undefined
    return openCheckpoint(note, key)
  }

  /** Undefined when the gateway says that it cannot prove it. */
  async function proofOf(from: number, to: number): Promise<Buffer[] | undefined> {
    const query = new URLSearchParams({ from: String(from), to: String(to) })
    try {
      const { proof } = await ask(ConsistencyProof, { method: 'GET', path: '/v1/log/proof/consistency', query, about })
      return proof.map((hash) => fromBase64(hash) ?? Buffer.alloc(0))
    } catch (error) {
      if (error instanceof CallError && error.failure.tag === 'invalidInput') return undefined
      throw error
    }
  }

  return {
    whenLookedAt: known.whenLookedAt,
    bundle,
    async open(signed) {
      const opened = await open(signed)
      return opened && toText(opened)
    },
    async checkpoint() {
      const told = await ask(Checkpointed, { method: 'GET', path: '/v1/log/checkpoint', about })
      const { checkpoint: note, publicKey, origin, size, root } = told
      const isSigned = note !== undefined && publicKey !== undefined
      // A gateway on the network always has its key, so one of those that does not sign is not that gateway.
      if (known.whenLookedAt && (!isSigned || (await known.fingerprint()) === undefined)) return { kind: 'unsigned' }
      const signed = isSigned ? { note, publicKey } : undefined
      const checkpoint = signed && (await open(signed))
      if (signed === undefined || checkpoint === undefined) return { kind: 'otherKey', claimed: { origin, size, root } }
      return { kind: 'signed', checkpoint: toText(checkpoint), signed }
    },
    async compare(last, next) {
      const [before, now] = [fromText(last), fromText(next)]
      const isProofNeeded = before.origin === now.origin && before.size > 0 && before.size < now.size
      const proof = isProofNeeded ? await proofOf(before.size, now.size) : []
      const sight = proof && witness(before, now, proof)
      switch (sight) {
        case undefined:
        case 'fork':
          return 'forked'
        case 'rollback':
          return 'shorter'
        case 'otherLog':
          return 'otherLog'
        case 'first':
        case 'same':
        case 'extends':
          return 'extends'
      }
    },
  }
}

const toText = ({ origin, size, root }: Checkpoint): LogCheckpoint => ({ origin, size, root: root.toString('base64') })

/** A root that is none is one that no log has. */
const fromText = ({ origin, size, root }: LogCheckpoint): Checkpoint => ({
  origin,
  size,
  root: fromBase64(root) ?? Buffer.alloc(sha256Bytes),
})
