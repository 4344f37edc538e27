import { createRoute, z } from '@hono/zod-openapi'
import { encodeInvitation } from '../contract/invitationCode.ts'
import { ChangePerson, Invite, Invited, Me, People, Person, ReplaceKey } from '../contract/people.ts'
import { GatewayProblem } from '../problems.ts'
import { answers, body, IdParam } from './answers.ts'
import type { Api, RouteParts } from './routes.ts'

const Done = z.object({})

const getMe = createRoute({
  method: 'get',
  path: '/v1/me',
  responses: answers(200, Me, 'Who the caller is, and the pins to know the gateway by'),
})
const replaceKey = createRoute({
  method: 'post',
  path: '/v1/me/key',
  request: { body: body(ReplaceKey) },
  responses: answers(200, Done, 'The new key is taken, and the old one is not any more'),
})
const listPeople = createRoute({ method: 'get', path: '/v1/people', responses: answers(200, People, 'Everyone, and open invitations') })
const changePerson = createRoute({
  method: 'put',
  path: '/v1/people/{id}',
  request: { params: IdParam, body: body(ChangePerson) },
  responses: answers(200, Person, 'The person as it is now; all that a disabled one had open is closed'),
})
const removeKey = createRoute({
  method: 'delete',
  path: '/v1/people/{id}/keys/{thumbprint}',
  request: { params: IdParam.extend({ thumbprint: z.string().max(64) }) },
  responses: answers(200, Done, 'The key is not taken any more'),
})
const invite = createRoute({
  method: 'post',
  path: '/v1/invitations',
  request: { body: body(Invite) },
  responses: answers(201, Invited, 'The code for one person'),
})
const inviteConsole = createRoute({
  method: 'post',
  path: '/v1/people/{id}/invitations',
  request: { params: IdParam },
  responses: answers(201, Invited, 'The code for one more console of this person'),
})
const withdraw = createRoute({
  method: 'delete',
  path: '/v1/invitations/{id}',
  request: { params: IdParam },
  responses: answers(200, Done, 'The invitation is not good any more'),
})

/** What an embedded gateway has none of: its caller is no person of it, and nobody can reach it. */
const embedded = () => new GatewayProblem('unsupported', { reason: 'embedded' })

export function addPeopleRoutes(api: Api, { people, invitations, reach }: RouteParts): void {
  function codeFor({ id, secret, expiresAt }: { id: string; secret: Uint8Array; expiresAt: string }) {
    if (reach === undefined) throw embedded()
    return { id, code: encodeInvitation({ secret, ...reach.here() }), expiresAt }
  }

  api.openapi(getMe, async (context) => {
    const { person, technician, roles } = context.env.caller
    if (reach === undefined || person === undefined) throw embedded()
    const statement = await reach.statementFor(person.thumbprint)
    return context.json({ id: person.id, name: technician, roles: [...roles], statement }, 200)
  })
  api.openapi(replaceKey, async (context) => {
    const { person, technician } = context.env.caller
    if (reach === undefined || person === undefined) throw embedded()
    const { jwk, proof } = context.req.valid('json')
    if (!(await reach.isProvedBy(jwk, proof))) throw new GatewayProblem('invalidInput', { field: 'proof', reason: 'invalid' })
    await people.replaceKey(technician, person.thumbprint, jwk)
    return context.json({}, 200)
  })
  api.openapi(listPeople, async (context) => context.json(await people.list(), 200))
  api.openapi(changePerson, async (context) => {
    const { technician } = context.env.caller
    return context.json(await people.change(technician, context.req.valid('param').id, context.req.valid('json')), 200)
  })
  api.openapi(removeKey, async (context) => {
    const { id, thumbprint } = context.req.valid('param')
    await people.removeKey(context.env.caller.technician, id, thumbprint)
    return context.json({}, 200)
  })
  api.openapi(invite, async (context) => {
    if (reach === undefined) throw embedded()
    return context.json(codeFor(await invitations.invite(context.env.caller.technician, context.req.valid('json'))), 201)
  })
  api.openapi(inviteConsole, async (context) => {
    if (reach === undefined) throw embedded()
    return context.json(codeFor(await invitations.inviteConsole(context.env.caller.technician, context.req.valid('param').id)), 201)
  })
  api.openapi(withdraw, async (context) => {
    await invitations.withdraw(context.env.caller.technician, context.req.valid('param').id)
    return context.json({}, 200)
  })
}
