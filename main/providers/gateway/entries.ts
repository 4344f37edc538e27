/** A gateway's events by their places (GET /v1/log/entries), for the copy on this computer. */
import { z } from 'zod'
import { AuditEvent, AuditEvents } from '../../../gateway/api.ts'
import { canonicalJson } from '../../../gateway/canonicalJson.ts'
import { CallError } from '../../callError.ts'
import type { LogEvent, ProviderEvents } from '../provider.ts'
import type { createClient } from './client.ts'

const about = { what: 'gateway' } as const
/** What a later version adds is part of the event, and of its leaf. */
const Entry = AuditEvent.catchall(z.json())
type Entry = z.infer<typeof Entry>
const Entries = z.object({ from: z.int(), entries: z.array(Entry) })

export function createGatewayEntries(id: string, ask: ReturnType<typeof createClient>): ProviderEvents {
  return {
    async count() {
      // Not the checkpoint: an embedded gateway's asks the keychain for the key that signs it.
      const { events } = await ask(AuditEvents, { method: 'GET', path: '/v1/audit', query: new URLSearchParams({ limit: '1' }), about })
      return events[0]?.seq ?? 0
    },
    async read(from, to) {
      // The event with `seq` n is leaf n - 1.
      const query = new URLSearchParams({ from: String(from - 1), to: String(to - 1) })
      const { entries } = await ask(Entries, { method: 'GET', path: '/v1/log/entries', query, about })
      const isInOrder = entries.length <= to - from && entries.every(({ seq }, index) => seq === from + index)
      if (!isInOrder) throw new CallError({ tag: 'badAnswer', provider: id }, { cause: new Error('entries that were not asked for') })
      return entries.map((entry) => toLogEvent(id, entry))
    },
  }
}

/** Throws CallError badAnswer for an event whose leaf could not be made again of what is kept of it. */
function toLogEvent(provider: string, entry: Entry): LogEvent {
  const { seq, at, actor, action, outcome, machineId, machineName, site, grantId, port, detail, ...later } = entry
  const atMs = Date.parse(at)
  if (new Date(atMs).toISOString() !== at) throw new CallError({ tag: 'badAnswer', provider }, { cause: new Error('no time of a log') })
  try {
    return {
      seq,
      at: atMs,
      actor,
      action,
      outcome,
      ...(machineId !== undefined && { machineId }),
      ...(machineName !== undefined && { machineName }),
      ...(site !== undefined && { site }),
      ...(grantId !== undefined && { grantId }),
      ...(port !== undefined && { port }),
      detail: canonicalJson(detail),
      ...(Object.keys(later).length > 0 && { more: canonicalJson(later) }),
    }
  } catch (cause) {
    throw new CallError({ tag: 'badAnswer', provider }, { cause })
  }
}
