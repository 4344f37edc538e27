import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { Role } from '../../../gateway/api.ts'
import { permissions } from '../../../gateway/people/permit.ts'
import { may, type Permission } from '../../../gateway/permissions.ts'
import { codeOf, openBench } from '../gatewayFixture.ts'

const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })

async function bench() {
  const opened = await openBench()
  onTestFinished(() => opened.close())
  return opened
}

test('POL-5: each route of the API asks for a permission, and none is asked for that is no route', async () => {
  const opened = await bench()
  const { body } = await opened.ask('GET', '/v1/openapi.json')
  const { paths } = Document.parse(body)
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  // These are for whoever has no name yet.
  const open = ['GET /healthz', 'POST /v1/people/join', 'POST /v1/agent/enrol']
  expect(Object.keys(permissions).sort()).toEqual(routes.filter((route) => !open.includes(route)).sort())
})

/** Said once more, and apart from the product: who may do what is never changed by a slip. */
const meant: Readonly<Record<string, readonly string[]>> = {
  read: [
    'GET /v1/openapi.json',
    'GET /v1/me',
    'POST /v1/me/key',
    'GET /v1/machines',
    'GET /v1/machines/:id',
    'GET /v1/machines/:id/sign-ins',
    'POST /v1/challenges/lookup',
    'GET /v1/challenges/:id',
    'POST /v1/challenges/:id/decision',
    'GET /v1/policies',
    'GET /v1/policies/:level',
    'GET /v1/logos/:id',
    'GET /v1/source',
    'GET /v1/grants',
    'GET /v1/grants/:id',
    'POST /v1/grants/:id/release',
    'POST /v1/grants/:id/decision',
    'GET /v1/audit',
    'POST /v1/audit',
    'GET /v1/log/checkpoint',
    'GET /v1/log/entries',
    'GET /v1/log/proof/inclusion',
    'GET /v1/log/proof/consistency',
    'GET /v1/log/bundle',
    'GET /v1/events',
  ],
  request: ['POST /v1/grants', 'POST /v1/grants/:id/extend'],
  configure: [
    'POST /v1/machines',
    'POST /v1/machines/remove',
    'PUT /v1/machines/:id',
    'POST /v1/machines/:id/enrolment',
    'DELETE /v1/machines/:id/agent',
    'PUT /v1/policies',
    'PATCH /v1/policies',
    'PUT /v1/policies/:level',
    'POST /v1/policies/preview',
    'POST /v1/logos',
  ],
  administer: [
    'GET /v1/people',
    'PUT /v1/people/:id',
    'DELETE /v1/people/:id/keys/:thumbprint',
    'POST /v1/people/:id/invitations',
    'POST /v1/invitations',
    'DELETE /v1/invitations/:id',
  ],
  machine: [
    'GET /v1/agent/me',
    'PUT /v1/agent/report',
    'POST /v1/agent/challenges',
    'GET /v1/agent/challenges/:id',
    'POST /v1/agent/challenges/:id/events',
  ],
}

test('POL-5: each route asks for what it is meant to ask for', () => {
  for (const [permission, routes] of Object.entries(meant)) for (const route of routes) expect(permissions[route], route).toBe(permission)
  expect(Object.values(meant).flat().sort()).toEqual(Object.keys(permissions).sort())
})

test('F-115: what is no route is not found, for everybody alike', async () => {
  const opened = await bench()
  for (const roles of [[], ['viewer'], ['gatewayAdmin']] as const)
    for (const path of ['/v1/nothing', '/v1/grants/a/b/c']) {
      const asked = await opened.ask('GET', path, undefined, { caller: callerWith([...roles]) })
      expect([asked.status, codeOf(asked)], `${roles.join()}: ${path}`).toEqual([404, 'notFound'])
    }
})

test('POL-5: for every role and route, who may not do it is refused before anything is looked at', async () => {
  const opened = await bench()
  for (const [route, permission] of Object.entries(permissions)) {
    const [method = '', template = ''] = route.split(' ')
    const path = template.replaceAll(/:\w+/g, 'no-such-thing')
    for (const role of Role.options) {
      if (permission !== 'machine' && may([role], permission)) continue
      // A body that no route takes: a refusal for it would tell that the route looked at it.
      const asked = await opened.ask(method, path, method === 'GET' || method === 'DELETE' ? undefined : {}, { caller: callerWith([role]) })
      // What machines call is not there for people at all.
      const refusal = permission === 'machine' ? [404, 'notFound'] : [403, 'notPermitted']
      expect([asked.status, codeOf(asked)], `${role}: ${route}`).toEqual(refusal)
    }
    const asked = await opened.ask(method, path, method === 'GET' || method === 'DELETE' ? undefined : {}, { caller: callerWith([]) })
    expect([asked.status, codeOf(asked)], `no role: ${route}`).toEqual([404, 'notFound'])
  }
})

test('F-69: a machine’s agent may call what is for machines and nothing else', async () => {
  const opened = await bench()
  const caller = { technician: 'agent', roles: [], address: '127.0.0.1', machine: { id: 'none', thumbprint: 'none' } }
  for (const [route, permission] of Object.entries(permissions)) {
    const [method = '', template = ''] = route.split(' ')
    const path = template.replaceAll(/:\w+/g, 'no-such-thing')
    const asked = await opened.ask(method, path, method === 'GET' || method === 'DELETE' ? undefined : {}, { caller })
    const isOwn = permission === 'machine' && (asked.status === 400 || codeOf(asked) === 'unsupported')
    expect(isOwn || (permission !== 'machine' && asked.status === 404), `${route}: ${asked.status}`).toBe(true)
  }
})

test('POL-5: reading, requesting, approving, configuring and administering are separate', () => {
  const table: Record<z.infer<typeof Role>, Permission[]> = {
    viewer: ['read'],
    requester: ['read', 'request'],
    approver: ['read', 'approve'],
    policyAdmin: ['read', 'configure'],
    gatewayAdmin: ['read', 'request', 'approve', 'configure', 'administer'],
  }
  for (const role of Role.options)
    for (const permission of ['read', 'request', 'approve', 'configure', 'administer'] as const)
      expect(may([role], permission), `${role} ${permission}`).toBe(table[role].includes(permission))
})

function callerWith(roles: z.infer<typeof Role>[]) {
  return { technician: 'eve', roles, address: '127.0.0.1' }
}
