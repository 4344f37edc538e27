/**
 * The last checkpoint of each gateway's log that was found right. The file is not secret, but what is in it decides what is noticed: so its notes are
 * believed only by the gateway's signature, and the keychain keeps a point of each log that the file may not fall behind. Who changes the file, or
 * takes it away, hides at most what happened to the log since that point, and only together with whoever holds the gateway's key.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { openJsonStore } from '../jsonStore.ts'
import type { Log } from '../log.ts'
import type { Clock, Secrets } from '../ports.ts'
import type { LogCheckpoint, SignedCheckpoint } from '../providers/provider.ts'

const Point = z.object({ size: z.int().min(0), root: z.string() })
const Alarm = z.object({
  how: z.enum(['shorter', 'forked', 'otherLog', 'otherKey']),
  at: z.iso.datetime(),
  shown: Point,
  /** What the log was found to be before; absent when it never was found right. */
  kept: Point.extend({ at: z.iso.datetime() }).optional(),
})
export type Alarm = z.infer<typeof Alarm>

const Kept = z.object({
  gatewayId: z.string(),
  signed: z.object({ note: z.string(), publicKey: z.string() }).optional(),
  at: z.iso.datetime().optional(),
  alarm: Alarm.optional(),
})
type Kept = z.infer<typeof Kept>

const Anchor = Point.extend({ origin: z.string() })
const anchorName = (gatewayId: string) => `checkpoint/${gatewayId}`
/** The keychain is slow and may be asked for by others: it follows the file at this distance. */
const anchorEveryMs = 10 * 60_000

export interface Checkpoints {
  get(gatewayId: string): Kept | undefined
  /** The point that the keychain has. Throws CallError keychain. */
  anchor(gatewayId: string): Promise<LogCheckpoint | undefined>
  /** Found right: the alarm is over, if there was one. `isNew`: the keychain follows at once. */
  keep(gatewayId: string, signed: SignedCheckpoint, checkpoint: LogCheckpoint, isNew: boolean): Promise<void>
  raise(gatewayId: string, alarm: Alarm): Promise<void>
  forget(gatewayId: string): Promise<void>
  readonly limit: string | undefined
}

export function openCheckpoints(deps: { folder: string; secrets: Secrets; clock: Clock; log: Pick<Log, 'warn'> }): Checkpoints {
  const { folder, secrets, clock, log } = deps
  const store = openJsonStore(join(folder, 'checkpoints.json'), z.array(Kept), [])
  const anchoredAt = new Map<string, number>()
  const get = (gatewayId: string) => store.get().find((one) => one.gatewayId === gatewayId)

  async function put(gatewayId: string, change: Partial<Kept>): Promise<void> {
    await store.update((all) => [
      ...all.filter((one) => one.gatewayId !== gatewayId),
      { ...all.find((one) => one.gatewayId === gatewayId), ...change, gatewayId },
    ])
  }

  return {
    get,
    limit: store.limit,
    async anchor(gatewayId) {
      const text = await secrets.read(anchorName(gatewayId))
      return text === undefined ? undefined : parseAnchor(text)
    },
    async keep(gatewayId, signed, checkpoint, isNew) {
      const nowMs = clock.monotonicMs()
      await put(gatewayId, { signed, at: new Date(clock.now()).toISOString(), alarm: undefined })
      const anchored = anchoredAt.get(gatewayId)
      if (!isNew && anchored !== undefined && nowMs - anchored < anchorEveryMs) return
      anchoredAt.set(gatewayId, nowMs)
      const { origin, size, root } = checkpoint
      await secrets.write(anchorName(gatewayId), JSON.stringify({ origin, size, root })).catch((error: unknown) => {
        anchoredAt.delete(gatewayId)
        log.warn({ gatewayId, err: error }, 'the keychain could not take a checkpoint')
      })
    },
    raise: (gatewayId, alarm) => put(gatewayId, { alarm }),
    async forget(gatewayId) {
      await store.update((all) => all.filter((one) => one.gatewayId !== gatewayId))
      await secrets.forget(anchorName(gatewayId))
    },
  }
}

/** What the keychain has under this name and is none of ours is as good as a point that no log has. */
function parseAnchor(text: string): LogCheckpoint {
  try {
    return Anchor.parse(JSON.parse(text))
  } catch {
    return { origin: '', size: 0, root: '' }
  }
}
