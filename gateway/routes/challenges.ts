import { createRoute, z } from '@hono/zod-openapi'
import { Challenge, ChallengeId, DecideChallenge, LookUpChallenge, SignIns } from '../contract/challenges.ts'
import { answers, body, IdParam } from './answers.ts'
import type { Api, RouteParts } from './routes.ts'

const ChallengeParam = z.object({ id: ChallengeId })

const lookUp = createRoute({
  method: 'post',
  path: '/v1/challenges/lookup',
  request: { body: body(LookUpChallenge) },
  responses: answers(200, Challenge, 'The challenge, as the caller is to see it'),
})
const getChallenge = createRoute({
  method: 'get',
  path: '/v1/challenges/{id}',
  request: { params: ChallengeParam },
  responses: answers(200, Challenge, 'The challenge, as the caller is to see it'),
})
const decide = createRoute({
  method: 'post',
  path: '/v1/challenges/{id}/decision',
  request: { params: ChallengeParam, body: body(DecideChallenge) },
  responses: answers(200, Challenge, 'Decided; the machine is told'),
})
const listSignIns = createRoute({
  method: 'get',
  path: '/v1/machines/{id}/sign-ins',
  request: { params: IdParam },
  responses: answers(200, SignIns, 'The last 200 sign-ins that the machine asked for, newest first'),
})

export function addChallengeRoutes(api: Api, { challenges, machines, onChange }: RouteParts): void {
  api.openapi(lookUp, async (context) => context.json(await challenges.lookUp(context.env.caller, context.req.valid('json')), 200))
  api.openapi(getChallenge, async (context) => context.json(await challenges.get(context.env.caller, context.req.valid('param').id), 200))
  api.openapi(decide, async (context) => {
    const { signature } = context.req.valid('json')
    const decided = challenges.decide(context.env.caller, context.req.valid('param').id, signature)
    // A refusal is an event too.
    return context.json(await decided.finally(() => onChange('audit')), 200)
  })
  api.openapi(listSignIns, async (context) => {
    const { id } = context.req.valid('param')
    // Throws where there is no such machine.
    await machines.get(id)
    return context.json({ signIns: await challenges.signIns(id) }, 200)
  })
}
