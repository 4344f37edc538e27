/**
 * The activity log of all subscriptions as a log that can be copied. Azure keeps it for 90 days, tells it late and in no order; what was told here once keeps
 * its place. Nothing proves it: Azure does not sign its log.
 */
import { join } from 'node:path'
import { CallError } from '../../callError.ts'
import type { Log } from '../../log.ts'
import { oneAtATime } from '../../oneAtATime.ts'
import type { Clock, Secrets } from '../../ports.ts'
import type { ProviderEvents } from '../provider.ts'
import { ActivityEvent, groupOf, timeOf, toLogEvents, type Known } from './activityEvents.ts'
import type { Arm } from './arm.ts'
import { inTurns } from './inTurns.ts'
import { jit } from './policies.ts'
import { openSealedLog } from './sealedLog.ts'

export interface Activity {
  readonly events: ProviderEvents
  /** Something was asked for: its events are there in a while. */
  expect(): void
  close(): void
}

const keptMs = 90 * 24 * 3600_000
/** Azure tells of an event minutes after it, so what was read is read again for a while. */
const overlapMs = 30 * 60_000
/** A request whose last event is older has no more of them. */
const settledMs = 2 * 60_000
const everyMs = 5 * 60_000
const subscriptionsAtOnce = 6
const pageVersion = '2015-04-01'

export const activityFile = (folder: string, id: string) => join(folder, `azure-activity-${id}.sealed`)
export const activityKeyName = (id: string) => `azureActivity/${id}`

export function createActivity(deps: {
  id: string
  arm: Arm
  subscriptions: () => Promise<readonly string[]>
  known: Known
  folder: string
  secrets: Secrets
  clock: Clock
  log: Pick<Log, 'warn'>
  now: () => number
  grew: () => void
}): Activity {
  const { id, arm, subscriptions, known, folder, secrets, clock, log, now, grew } = deps
  const sealed = openSealedLog(activityFile(folder, id), activityKeyName(id), secrets)
  const readUntil = new Map<string, number>()
  let readAt = Number.NEGATIVE_INFINITY
  let isAskedFor = false
  let isClosed = false

  async function ask(subscriptionId: string, filter: string): Promise<ActivityEvent[]> {
    const query = new URLSearchParams({ 'api-version': pageVersion, $filter: filter })
    const path = `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Insights/eventtypes/management/values?${query.toString()}`
    const about = { what: 'event', action: 'Microsoft.Insights/eventtypes/values/read' } as const
    const found: ActivityEvent[] = []
    for await (const page of arm.pages(ActivityEvent, { path, about, bucket: subscriptionId })) found.push(...page)
    return found.filter((event) => !Number.isNaN(timeOf(event)))
  }

  /** The requests of a subscription that are over and were not told, with all that happened for them. */
  async function groupsOf(subscriptionId: string, told: ReadonlySet<string>): Promise<ActivityEvent[][]> {
    const untilMs = now()
    const fromMs = Math.max(untilMs - keptMs, (readUntil.get(subscriptionId) ?? 0) - overlapMs)
    const span = `eventTimestamp ge '${new Date(fromMs).toISOString()}' and eventTimestamp le '${new Date(untilMs + 60_000).toISOString()}'`
    const all = await ask(subscriptionId, `${span} and resourceProvider eq 'Microsoft.Security'`)
    const mine = all.filter((event) => (event.operationName?.value ?? '').toLowerCase().startsWith(jit.toLowerCase()))
    const groups = [...Map.groupBy(mine, groupOf)].filter(([group]) => !told.has(group))
    const isSettled = (events: readonly ActivityEvent[]) => Math.max(...events.map(timeOf)) < untilMs - settledMs
    const waiting = groups.filter(([, events]) => !isSettled(events)).flatMap(([, events]) => events.map(timeOf))
    readUntil.set(subscriptionId, Math.min(untilMs, ...waiting))
    // What Azure did to network security groups for a request is another resource provider's.
    return inTurns(
      groups.filter(([, events]) => isSettled(events)),
      2,
      async ([group, events]) => {
        const whole = await ask(subscriptionId, `${span} and correlationId eq '${group.replaceAll("'", "''")}'`).catch(() => events)
        return whole.length < events.length ? events : whole
      },
    )
  }

  const read = oneAtATime(async () => {
    readAt = clock.monotonicMs()
    const told = new Set((await sealed.events()).map(({ detail }) => groupIn(detail)))
    const found = await inTurns(await subscriptions(), subscriptionsAtOnce, async (subscriptionId) => {
      try {
        return (await groupsOf(subscriptionId, told)).flatMap((group) => toLogEvents(subscriptionId, group, known))
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        // Where this person may not read the log, there is nothing to copy.
        if (error.failure.tag !== 'notAllowed') log.warn({ provider: id, err: error }, 'an activity log could not be read')
        return []
      }
    })
    const events = found.flat().toSorted((one, other) => one.at - other.at)
    if (isClosed) return
    await sealed.append(events)
    if (events.length > 0) grew()
  })

  function readQuietly(): void {
    read().catch((error: unknown) => log.warn({ provider: id, err: error }, 'the activity log could not be read'))
  }

  const timer = setInterval(() => {
    if (isAskedFor) readQuietly()
  }, everyMs)
  timer.unref()
  let soon: NodeJS.Timeout | undefined

  return {
    events: {
      async count() {
        const count = (await sealed.events()).length
        isAskedFor = true
        // Nobody waits for hundreds of subscriptions: what comes is rung for.
        if (clock.monotonicMs() - readAt > everyMs) readQuietly()
        return count
      },
      async read(from, to) {
        return (await sealed.events()).slice(Math.max(0, from - 1), to - 1)
      },
    },
    expect() {
      clearTimeout(soon)
      soon = setTimeout(readQuietly, settledMs + 60_000)
      soon.unref()
    },
    close() {
      isClosed = true
      clearInterval(timer)
      clearTimeout(soon)
    },
  }
}

function groupIn(detail: string): string {
  const parsed: unknown = JSON.parse(detail)
  return typeof parsed === 'object' && parsed !== null && 'azure' in parsed ? String(parsed.azure) : ''
}
