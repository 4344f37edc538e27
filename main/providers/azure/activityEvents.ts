/** Azure's activity log in the words of the console's: the events that belong to one request are one event, for each machine that it names. Pure. */
import { z } from 'zod'
import { detailOf } from '../../logLeaf.ts'
import type { LogEvent } from '../provider.ts'
import { jit } from './policies.ts'
import type { Machine } from './questions.ts'
import { consoleId, parseMachineId, parsePolicyId } from './resourceId.ts'

const text = z.string().nullish()
const Localized = z.object({ value: text }).nullish()

export const ActivityEvent = z.looseObject({
  eventDataId: z.string(),
  correlationId: text,
  caller: text,
  eventTimestamp: z.string(),
  operationName: Localized,
  eventName: Localized,
  status: Localized,
  subStatus: Localized,
  resourceId: text,
  httpRequest: z.looseObject({ clientRequestId: text, clientIpAddress: text }).nullish(),
})
export type ActivityEvent = z.infer<typeof ActivityEvent>

/** What Azure calls it, in lower case since its case varies, and what the console calls it. */
const actions: Readonly<Record<string, string>> = {
  [`${jit}/initiate/action`.toLowerCase()]: 'grant.requested',
  [`${jit}/write`.toLowerCase()]: 'policy.changed',
  [`${jit}/delete`.toLowerCase()]: 'policy.changed',
}

export const operationOf = ({ operationName }: ActivityEvent) => (operationName?.value ?? '').toLowerCase()
export const groupOf = ({ correlationId, eventDataId }: ActivityEvent) => correlationId ?? eventDataId
export const timeOf = ({ eventTimestamp }: ActivityEvent) => Date.parse(eventTimestamp)

export interface Known {
  /** By the id in lower case. */
  machine(resourceId: string): { machine: Machine; site: string } | undefined
  launch(clientRequestId: string): { grants: { machineId: string; grantId: string }[] } | undefined
  machineById(id: string): { machine: Machine; site: string } | undefined
}

/** Of one group: nothing when there is nothing of JIT in it. The order in which Azure tells them counts for nothing. */
export function toLogEvents(subscriptionId: string, group: readonly ActivityEvent[], known: Known): Omit<LogEvent, 'seq'>[] {
  const ordered = group.toSorted((one, other) => timeOf(one) - timeOf(other))
  const first = ordered.find((event) => actions[operationOf(event)] !== undefined)
  if (!first) return []
  const clientRequestId = ordered.map(({ httpRequest }) => httpRequest?.clientRequestId ?? '').find((id) => id !== '') ?? ''
  const address = ordered.map(({ httpRequest }) => httpRequest?.clientIpAddress ?? '').find((one) => one !== '') ?? ''
  const policy = ordered.map(({ resourceId }) => parsePolicyId(resourceId ?? '')).find((ref) => ref !== undefined)
  const detail = detailOf({
    azure: groupOf(first),
    operation: first.operationName?.value ?? '',
    subscription: subscriptionId,
    events: ordered.length,
    ids: ordered.map(({ eventDataId }) => eventDataId).join(' '),
    steps: ordered
      .map((event) => `${event.operationName?.value?.split('/').slice(-2).join('/') ?? ''} ${event.status?.value ?? ''}`)
      .join(', '),
    ...(clientRequestId !== '' && { clientRequestId }),
    ...(address !== '' && { source: address }),
    ...(policy && { policy: `${policy.resourceGroup}/${policy.location}/${policy.name}` }),
  })
  const event = {
    at: timeOf(first),
    actor: first.caller ?? '',
    action: actions[operationOf(first)] ?? '',
    outcome: outcomeOf(ordered),
    detail,
  }
  const launched = known.launch(clientRequestId)?.grants ?? []
  if (launched.length > 0)
    return launched.map(({ machineId, grantId }) => ({ ...event, machineId, grantId, ...about(known.machineById(machineId)) }))
  const machines = new Set(
    ordered.flatMap(({ resourceId }) => (resourceId && parseMachineId(resourceId) ? [resourceId.toLowerCase()] : [])),
  )
  if (machines.size === 0) return [event]
  return [...machines].map((resourceId) => ({
    ...event,
    machineId: consoleId(resourceId),
    ...(about(known.machine(resourceId)) ?? { machineName: parseMachineId(resourceId)?.name ?? '' }),
  }))
}

function about(found: { machine: Machine; site: string } | undefined): { machineName: string; site: string } | undefined {
  return found && { machineName: found.machine.name, site: found.site }
}

function outcomeOf(events: readonly ActivityEvent[]): LogEvent['outcome'] {
  const failed = events.find(({ status }) => status?.value?.toLowerCase() === 'failed')
  if (!failed) return 'ok'
  return /forbidden|badrequest|unauthorized|^4\d\d$/i.test(failed.subStatus?.value ?? '') ? 'refused' : 'failed'
}
