/** Which permission each route asks for (POL-5). What is not in the table is permitted to nobody, so a new route that was forgotten here is shut. */
import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { may } from '../permissions.ts'
import type { Permission } from '../permissions.ts'
import { GatewayProblem } from '../problems.ts'
import type { Env } from '../routes/routes.ts'

/** By method and the route's own path; `machine`: for machines' agents alone, which may call nothing else. Routes about one's own things ask for less here, and look at whose they are themselves. */
export const permissions: Readonly<Record<string, Permission | 'machine'>> = {
  'GET /v1/openapi.json': 'read',
  'GET /v1/me': 'read',
  'POST /v1/me/key': 'read',
  'GET /v1/machines': 'read',
  'GET /v1/machines/:id': 'read',
  'POST /v1/machines': 'configure',
  'POST /v1/machines/remove': 'configure',
  'PUT /v1/machines/:id': 'configure',
  'POST /v1/machines/:id/enrolment': 'configure',
  'DELETE /v1/machines/:id/agent': 'configure',
  'GET /v1/machines/:id/sign-ins': 'read',
  'POST /v1/challenges/lookup': 'read',
  'GET /v1/challenges/:id': 'read',
  // Whose decision counts depends on the machine's policy, and is written down with the refusal (F-80).
  'POST /v1/challenges/:id/decision': 'read',
  'GET /v1/agent/me': 'machine',
  'PUT /v1/agent/report': 'machine',
  'POST /v1/agent/challenges': 'machine',
  'GET /v1/agent/challenges/:id': 'machine',
  'POST /v1/agent/challenges/:id/events': 'machine',
  'GET /v1/policies': 'read',
  'GET /v1/policies/:level': 'read',
  'PUT /v1/policies': 'configure',
  'PATCH /v1/policies': 'configure',
  'PUT /v1/policies/:level': 'configure',
  'POST /v1/policies/preview': 'configure',
  'POST /v1/logos': 'configure',
  'GET /v1/logos/:id': 'read',
  'GET /v1/source': 'read',
  'GET /v1/grants': 'read',
  'GET /v1/grants/:id': 'read',
  'POST /v1/grants': 'request',
  'POST /v1/grants/:id/release': 'read',
  // Whose decision counts is looked at, and written down, with the request (F-80).
  'POST /v1/grants/:id/decision': 'read',
  'POST /v1/grants/:id/extend': 'request',
  'GET /v1/audit': 'read',
  'POST /v1/audit': 'read',
  'GET /v1/log/checkpoint': 'read',
  'GET /v1/log/entries': 'read',
  'GET /v1/log/proof/inclusion': 'read',
  'GET /v1/log/proof/consistency': 'read',
  'GET /v1/log/bundle': 'read',
  'GET /v1/events': 'read',
  'GET /v1/people': 'administer',
  'PUT /v1/people/:id': 'administer',
  'DELETE /v1/people/:id/keys/:thumbprint': 'administer',
  'POST /v1/people/:id/invitations': 'administer',
  'POST /v1/invitations': 'administer',
  'DELETE /v1/invitations/:id': 'administer',
}

/** Refuses with `notPermitted` who may read but not do this; to who may not even read, nothing is here (F-115). */
export const permit: MiddlewareHandler<Env> = async (context, next) => {
  const route = matchedRoutes(context).findLast(({ method }) => method === context.req.method)
  // Without a route it is not found, which is answered to everybody alike.
  if (route !== undefined) {
    const needed = permissions[`${route.method} ${route.path}`]
    const { roles, machine } = context.env.caller
    if ((needed === 'machine') !== (machine !== undefined)) throw new GatewayProblem('notFound')
    if (needed === 'machine') return await next()
    if (needed === undefined || !may(roles, needed)) throw new GatewayProblem(may(roles, 'read') ? 'notPermitted' : 'notFound')
  }
  await next()
}
