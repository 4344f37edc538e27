import { createRoute, z } from '@hono/zod-openapi'
import type { Caller } from '../api.ts'
import {
  AgentChallenge,
  AgentOrders,
  AgentReport,
  ChallengeEvent,
  ChallengeId,
  CreateChallenge,
  CreatedChallenge,
  Enrolled,
  Enrolment,
} from '../contract/challenges.ts'
import { ordersKey } from '../challenges/keys.ts'
import { encodeEnrolment } from '../contract/invitationCode.ts'
import { ordersFor } from '../enrolments/orders.ts'
import { GatewayProblem } from '../problems.ts'
import { answers, body, IdParam } from './answers.ts'
import type { Api, RouteParts } from './routes.ts'

const longestWaitS = 30
const WaitS = z.coerce.number().int().min(0).max(longestWaitS).default(0)
const ChallengeParam = z.object({ id: ChallengeId })
const Done = z.object({})
const embedded = () => new GatewayProblem('unsupported', { reason: 'embedded' })

const makeEnrolment = createRoute({
  method: 'post',
  path: '/v1/machines/{id}/enrolment',
  request: { params: IdParam },
  responses: answers(201, Enrolment, 'The code for one machine, in place of any before it'),
})
const revokeAgent = createRoute({
  method: 'delete',
  path: '/v1/machines/{id}/agent',
  request: { params: IdParam },
  responses: answers(200, Done, 'Its agent is not listened to any more'),
})
const getSelf = createRoute({
  method: 'get',
  path: '/v1/agent/me',
  responses: answers(200, Enrolled, 'Which machine the agent speaks for, and the pins to know the gateway by'),
})
const report = createRoute({
  method: 'put',
  path: '/v1/agent/report',
  request: { query: z.strictObject({ after: z.string().max(64).optional(), waitS: WaitS }), body: body(AgentReport) },
  responses: answers(200, AgentOrders, 'What the agent is to do'),
})
const createChallenge = createRoute({
  method: 'post',
  path: '/v1/agent/challenges',
  request: { body: body(CreateChallenge) },
  responses: answers(201, CreatedChallenge, 'The challenge, for the screen of the machine'),
})
const getChallenge = createRoute({
  method: 'get',
  path: '/v1/agent/challenges/{id}',
  request: { params: ChallengeParam, query: z.strictObject({ waitS: WaitS }) },
  responses: answers(200, AgentChallenge, 'The challenge as it is'),
})
const tellEvent = createRoute({
  method: 'post',
  path: '/v1/agent/challenges/{id}/events',
  request: { params: ChallengeParam, body: body(ChallengeEvent) },
  responses: answers(200, AgentChallenge, 'The challenge as it is now'),
})

export function addAgentRoutes(api: Api, { store, challenges, enrolments, reports, waits, reach, machines, onChange }: RouteParts): void {
  api.openapi(makeEnrolment, async (context) => {
    const { id } = context.req.valid('param')
    if (reach === undefined) throw embedded()
    const { secret, expiresAt } = await enrolments.make(context.env.caller.technician, id)
    return context.json({ code: encodeEnrolment({ secret, ...reach.here() }), expiresAt }, 201)
  })
  api.openapi(revokeAgent, async (context) => {
    await enrolments.revoke(context.env.caller.technician, context.req.valid('param').id)
    return context.json({}, 200)
  })
  api.openapi(getSelf, async (context) => {
    const { id, thumbprint } = machineOf(context.env.caller)
    if (reach === undefined) throw embedded()
    const { name } = await machines.get(id)
    return context.json({ machineId: id, name, statement: await reach.statementFor(thumbprint) }, 200)
  })
  api.openapi(report, async (context) => {
    const { id } = machineOf(context.env.caller)
    const { after, waitS } = context.req.valid('query')
    await reports.take(id, context.req.valid('json'))
    const wait = { key: ordersKey(id), owner: id, forMs: waitS * 1000, signal: context.req.raw.signal }
    const orders = await waits.until(wait, async () => {
      const value = await ordersFor(store, id)
      return { value, isDone: value?.version !== after }
    })
    if (orders === undefined) throw new GatewayProblem('notFound', { field: 'machineId' })
    return context.json(orders, 200)
  })
  api.openapi(createChallenge, async (context) => {
    const created = await challenges.create(machineOf(context.env.caller).id, context.req.valid('json')).finally(() => onChange('audit'))
    return context.json(created, 201)
  })
  api.openapi(getChallenge, async (context) => {
    const { id } = machineOf(context.env.caller)
    const waitMs = context.req.valid('query').waitS * 1000
    return context.json(await challenges.forAgent(id, context.req.valid('param').id, waitMs, context.req.raw.signal), 200)
  })
  api.openapi(tellEvent, async (context) => {
    const { id } = machineOf(context.env.caller)
    return context.json(await challenges.tell(id, context.req.valid('param').id, context.req.valid('json')), 200)
  })
}

/** The permission table lets nobody else come here. */
function machineOf({ machine }: Caller): NonNullable<Caller['machine']> {
  if (machine === undefined) throw new GatewayProblem('notFound')
  return machine
}
