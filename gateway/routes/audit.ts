import { createRoute } from '@hono/zod-openapi'
import { AuditEvent, AuditEvents, AuditQuery, ConsoleEvent } from '../api.ts'
import { readEvents, writeEvents } from '../auditLog.ts'
import { toEvent } from '../auditRow.ts'
import { answers, body } from './answers.ts'
import type { Api, RouteParts } from './routes.ts'

const listEvents = createRoute({
  method: 'get',
  path: '/v1/audit',
  request: { query: AuditQuery },
  responses: answers(200, AuditEvents, 'A page of events, newest first'),
})
const recordEvent = createRoute({
  method: 'post',
  path: '/v1/audit',
  request: { body: body(ConsoleEvent.strict()) },
  responses: answers(201, AuditEvent, 'The event as it is in the log'),
})

export function addAuditRoutes(api: Api, { store, now, onChange }: RouteParts): void {
  api.openapi(listEvents, async (context) => context.json(await readEvents(store, context.req.valid('query')), 200))
  api.openapi(recordEvent, async (context) => {
    const { machineId, grantId, port, ...event } = context.req.valid('json')
    const written = await store.transaction().execute(async (tx) => {
      const machine =
        machineId === undefined ? undefined : await tx.selectFrom('machines').selectAll().where('id', '=', machineId).executeTakeFirst()
      await writeEvents(tx, now(), [
        {
          ...event,
          actor: context.env.caller.technician,
          ...(machine === undefined ? {} : { machine }),
          ...(machineId === undefined ? {} : { machineId }),
          ...(grantId === undefined ? {} : { grantId }),
          ...(port === undefined ? {} : { port }),
        },
      ])
      return await tx.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirstOrThrow()
    })
    onChange('audit')
    return context.json(toEvent(written), 201)
  })
}
