/** A gateway's events by their places (GET /v1/log/entries), for the copy on this computer. */
import { z } from 'zod'
import { AuditEvent, AuditEvents } from '../../../gateway/api.ts'
import { CallError } from '../../callError.ts'
import { toLogEvent } from '../../logLeaf.ts'
import type { ProviderEvents } from '../provider.ts'
import type { createClient } from './client.ts'

const about = { what: 'gateway' } as const
/** What a later version adds is part of the event, and of its leaf. */
const Entry = AuditEvent.catchall(z.json())
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
      const events = entries.map((entry) => toLogEvent(entry)).filter((event) => event !== undefined)
      if (events.length < entries.length) throw new CallError({ tag: 'badAnswer', provider: id }, { cause: new Error('no event of a log') })
      return events
    },
  }
}
