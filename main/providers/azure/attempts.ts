/**
 * Requests whose answer is not known, and which request of Azure's log is which window: a small file, without a secret. What it says outlives the
 * console, so that a click that is repeated after a crash is the same click.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { openJsonStore } from '../../jsonStore.ts'
import type { Clock } from '../../ports.ts'

const Attempt = z.object({
  /** The click's, and what it asks for: somebody who asks for the same again means the same. */
  key: z.string(),
  digest: z.string(),
  policyKey: z.string(),
  machineId: z.string(),
  ports: z.array(z.number()),
  endTimeUtc: z.string(),
  sentAt: z.number(),
  clientRequestId: z.string(),
  /** Azure ended it with a fault. */
  wasAnswered: z.boolean(),
  /** It has its window: only the same click is the same then, since somebody may ask for as much again. */
  isDone: z.boolean().optional(),
})
export type Attempt = z.infer<typeof Attempt>

const Launch = z.object({
  clientRequestId: z.string(),
  at: z.number(),
  grants: z.array(z.object({ machineId: z.string(), grantId: z.string() })),
})
type Launch = z.infer<typeof Launch>

const Kept = z.object({ attempts: z.array(Attempt), launches: z.array(Launch) })

export interface Attempts {
  find(request: { key: string; digest: string }): Attempt | undefined
  /** Written before it resolves. */
  add(attempts: readonly Attempt[]): Promise<void>
  /** It is sent now, which may be long after it was added. Written before it resolves. */
  sent(clientRequestId: string): Promise<void>
  /** Azure did nothing. */
  refused(clientRequestId: string): void
  /** Azure answered, and not what became of it. */
  failed(clientRequestId: string): void
  launched(clientRequestId: string, grants: Launch['grants']): void
  /** The windows of a request, by the id that Azure's log has of it. */
  launchOf(clientRequestId: string): Launch | undefined
  settled(): Promise<void>
}

export const attemptsFile = (folder: string, id: string) => join(folder, `azure-requests-${id}.json`)

/** A click is not repeated later than that; a new click for the same is another one much sooner. */
const attemptKeptMs = 24 * 3600_000
const sameMs = 10 * 60_000
/** Azure's log goes back 90 days. */
const launchKeptMs = 95 * 24 * 3600_000
/** Not worth writing down. */
const soonMs = 1000
const mostLaunches = 5000

export function openAttempts(path: string, clock: Clock, failed: (error: unknown) => void): Attempts {
  const store = openJsonStore(path, Kept, { attempts: [], launches: [] }, { synced: false })
  const isFresh = ({ sentAt }: Attempt) => Math.abs(clock.now() - sentAt) < attemptKeptMs
  const isOpen = ({ sentAt, isDone }: Attempt) => isDone !== true && Math.abs(clock.now() - sentAt) < sameMs
  const quietly = (next: (kept: z.infer<typeof Kept>) => z.infer<typeof Kept>) => void store.update(next).catch(failed)
  // The file is a moment behind.
  let attempts = store.get().attempts

  return {
    find: ({ key, digest }) => attempts.find((one) => isFresh(one) && (one.key === key || (one.digest === digest && isOpen(one)))),
    async add(added) {
      attempts = [...attempts.filter(isFresh), ...added]
      await store.update((kept) => ({ ...kept, attempts: [...kept.attempts.filter(isFresh), ...added] }))
    },
    async sent(clientRequestId) {
      const known = attempts.find((one) => one.clientRequestId === clientRequestId)
      if (!known || Math.abs(clock.now() - known.sentAt) < soonMs) return
      const mark = (one: Attempt) => (one.clientRequestId === clientRequestId ? { ...one, sentAt: clock.now() } : one)
      attempts = attempts.map(mark)
      await store.update((kept) => ({ ...kept, attempts: kept.attempts.map(mark) }))
    },
    refused(clientRequestId) {
      attempts = attempts.filter((one) => one.clientRequestId !== clientRequestId)
      quietly((kept) => ({ ...kept, attempts: kept.attempts.filter((one) => one.clientRequestId !== clientRequestId) }))
    },
    failed(clientRequestId) {
      const mark = (one: Attempt) => (one.clientRequestId === clientRequestId ? { ...one, wasAnswered: true } : one)
      attempts = attempts.map(mark)
      quietly((kept) => ({ ...kept, attempts: kept.attempts.map(mark) }))
    },
    launched(clientRequestId, grants) {
      const launch = { clientRequestId, at: clock.now(), grants }
      const mark = (one: Attempt) => (one.clientRequestId === clientRequestId ? { ...one, isDone: true, sentAt: clock.now() } : one)
      attempts = attempts.map(mark)
      quietly((kept) => ({
        attempts: kept.attempts.map(mark),
        launches: [...kept.launches.filter(({ at }) => clock.now() - at < launchKeptMs), launch].slice(-mostLaunches),
      }))
    },
    launchOf: (clientRequestId) => store.get().launches.find((one) => one.clientRequestId === clientRequestId),
    settled: () => store.settled(),
  }
}
