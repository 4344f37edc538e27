import { createRoute, z } from '@hono/zod-openapi'
import { ExtendGrant, Grant, GrantList, GrantRequest, GrantState, ReleaseGrant, Source } from '../api.ts'
import type { Caller } from '../api.ts'
import { Decision } from '../contract/policies.ts'
import { may } from '../permissions.ts'
import { GatewayProblem } from '../problems.ts'
import { answers, body, IdParam } from './answers.ts'
import type { Api, RouteParts } from './routes.ts'

const getSource = createRoute({
  method: 'get',
  path: '/v1/source',
  responses: answers(200, Source, 'The address that the gateway sees, and whether a grant may be for another one'),
})
const requestGrant = createRoute({
  method: 'post',
  path: '/v1/grants',
  request: { headers: z.object({ 'idempotency-key': z.uuid() }), body: body(GrantRequest.strict()) },
  responses: {
    ...answers(201, Grant, 'Granted, and the gate is open; or requested, and waiting for approvers'),
    200: { description: 'The grant that this key was answered with before', content: { 'application/json': { schema: Grant } } },
  },
})
const listGrants = createRoute({
  method: 'get',
  path: '/v1/grants',
  request: { query: z.strictObject({ state: GrantState.optional() }) },
  responses: answers(200, GrantList, 'Grants that are not over, and those that ended in the last ten minutes; newest first'),
})
const getGrant = createRoute({
  method: 'get',
  path: '/v1/grants/{id}',
  request: { params: IdParam },
  responses: answers(200, Grant, 'The grant'),
})
const releaseGrant = createRoute({
  method: 'post',
  path: '/v1/grants/{id}/release',
  request: { params: IdParam, body: body(ReleaseGrant) },
  responses: answers(200, Grant, 'Over; a grant that was over before is answered as it is'),
})
const decideGrant = createRoute({
  method: 'post',
  path: '/v1/grants/{id}/decision',
  request: { params: IdParam, body: body(Decision) },
  responses: answers(200, Grant, 'Denied, waiting for one more approver, or open'),
})
const extendGrant = createRoute({
  method: 'post',
  path: '/v1/grants/{id}/extend',
  request: { params: IdParam, body: body(ExtendGrant) },
  responses: answers(200, Grant, 'The grant with its later end'),
})

export function addGrantRoutes(api: Api, { grants }: RouteParts): void {
  // An embedded gateway's relays listen on this computer only, so nobody else could come through them.
  api.openapi(getSource, (context) => context.json({ myAddress: context.env.caller.address, servesOtherSources: false }, 200))
  api.openapi(requestGrant, async (context) => {
    const key = context.req.valid('header')['idempotency-key'].toLowerCase()
    const { grant, isNew } = await grants.request(context.env.caller, key, context.req.valid('json'))
    return isNew ? context.json(grant, 201) : context.json(grant, 200)
  })
  api.openapi(listGrants, async (context) => {
    const { state } = context.req.valid('query')
    return context.json({ grants: await grants.list(context.env.caller, state) }, 200)
  })
  api.openapi(getGrant, async (context) => context.json(await grants.get(context.req.valid('param').id, context.env.caller), 200))
  api.openapi(releaseGrant, async (context) => {
    const { why } = context.req.valid('json')
    const { id } = context.req.valid('param')
    await refuseOthers(context.env.caller, id)
    return context.json(await grants.release(context.env.caller.technician, id, why), 200)
  })
  api.openapi(decideGrant, async (context) => {
    const { id } = context.req.valid('param')
    return context.json(await grants.decide(context.env.caller, id, context.req.valid('json')), 200)
  })
  api.openapi(extendGrant, async (context) => {
    const { by } = context.req.valid('json')
    const { id } = context.req.valid('param')
    await refuseOthers(context.env.caller, id)
    return context.json(await grants.extend(context.env.caller.technician, id, by), 200)
  })

  /** What somebody else has open is that person's to end, or an administrator's. */
  async function refuseOthers(caller: Caller, id: string): Promise<void> {
    const { requestedBy } = await grants.get(id)
    if (requestedBy !== caller.technician && !may(caller.roles, 'administer')) throw new GatewayProblem('notPermitted')
  }
}
