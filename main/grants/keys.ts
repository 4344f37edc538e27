/**
 * Idempotency keys (F-47, F-48): each machine of a click has a key of its own, stored before the request goes out. What was never answered
 * (the answer was lost, the console crashed) is remembered, so that asking for the same again is the same request, not a second one.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { openJsonStore } from '../jsonStore.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../ports.ts'
import type { GrantRequest } from '../providers/provider.ts'

/** Longer than anybody waits before pressing a button again; gateways keep keys for longer. */
const keptMs = 10 * 60_000

const Unanswered = z.object({ key: z.string(), digest: z.string(), at: z.number() })
type Unanswered = z.infer<typeof Unanswered>

export type KeylessRequest = Omit<GrantRequest, 'idempotencyKey'>

export interface RequestKeys {
  /** The key to send with, on disk before this resolves. `reused`: an earlier request for the same was never answered, and this is its key. */
  before(clickKey: string, machineId: string, request: KeylessRequest): Promise<{ key: string; reused: boolean }>
  /** The provider gave its answer, whatever it was. Nobody waits for this: what is not written off is at worst asked for once more. */
  answered(key: string): void
  /** When everything is written. */
  settled(): Promise<void>
  /** No answer came: the next request for the same may take the key over. */
  lost(key: string): void
}

export function createRequestKeys(folder: string, clock: Clock, log: Log): RequestKeys {
  // It is on the way of every click and guards against a crash of the console, so it does not wait for the disk.
  const store = openJsonStore(join(folder, 'requests.json'), z.array(Unanswered), [], { synced: false })
  /** Only what nobody is waiting for can be taken over: two clicks at once stay two requests. */
  const takeable = new Set(store.get().map((entry) => entry.key))
  const isFresh = (entry: Unanswered) => Math.abs(clock.now() - entry.at) < keptMs

  return {
    async before(clickKey, machineId, request) {
      const digest = digestOf(machineId, request)
      const earlier = store.get().find((entry) => entry.digest === digest && takeable.has(entry.key) && isFresh(entry))
      if (earlier) {
        takeable.delete(earlier.key)
        return { key: earlier.key, reused: true }
      }
      const key = keyFor(clickKey, machineId)
      await store.update((all) => [...all.filter((entry) => entry.key !== key && isFresh(entry)), { key, digest, at: clock.now() }])
      return { key, reused: false }
    },
    answered(key) {
      takeable.delete(key)
      store
        .update((all) => all.filter((entry) => entry.key !== key))
        .catch((error: unknown) => log.warn({ err: error }, 'a request could not be written off'))
    },
    settled: () => store.settled(),
    lost: (key) => void takeable.add(key),
  }
}

/** The same click and machine always give the same key: a UUID of version 8 (RFC 9562 5.8) out of SHA-256. */
export function keyFor(clickKey: string, machineId: string): string {
  const bytes = createHash('sha256').update(`${clickKey}\n${machineId}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Only a digest is kept: the reason that a technician wrote need not be in one more file. */
function digestOf(machineId: string, request: KeylessRequest): string {
  const { ports, source, durationMs, reason } = request
  const text = JSON.stringify([machineId, ports.toSorted((a, b) => a - b), source ?? null, durationMs, reason])
  return createHash('sha256').update(text).digest('hex')
}
