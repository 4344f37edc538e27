/**
 * The API's document (OpenAPI 3.1): what the routes say of themselves, with a summary, an example and the refusals by code for each operation, and with
 * shapes that occur often under names. docs/openapi.json is what it is without a gateway's own name.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import * as contract from '../api.ts'
import { canonicalJson, type Json } from '../canonicalJson.ts'
import * as challenges from '../contract/challenges.ts'
import * as log from '../contract/log.ts'
import * as people from '../contract/people.ts'
import * as policies from '../contract/policies.ts'
import { enrolPath, joinPath } from '../contract/proof.ts'
import { permissions } from '../people/permit.ts'
import { GatewayProblem } from '../problems.ts'
import { answers, body } from './answers.ts'
import type { Operation } from './operation.ts'
import { operations } from './operations.ts'
import type { Api } from './routes.ts'

/** What is named in the document. */
const named: Readonly<Record<string, z.ZodType>> = {
  Machine: contract.Machine,
  MachineInput: contract.MachineInput,
  Grant: contract.Grant,
  PortRule: contract.PortRule,
  AuditEvent: contract.AuditEvent,
  Problem: contract.Problem,
  PolicySettings: policies.PolicySettings,
  PolicyPatch: policies.PolicyPatch,
  PolicyDetail: policies.PolicyDetail,
  PolicyImpact: policies.PolicyImpact,
  Person: people.Person,
  Invitation: people.Invitation,
  Checkpoint: log.Checkpointed,
  Challenge: challenges.Challenge,
  AgentReport: challenges.AgentReport,
}

/** Any operation may refuse with these; the second list is for those that change something. */
const always: readonly contract.Problem['code'][] = ['invalidInput', 'unknownCaller', 'notPermitted', 'tooMany', 'internal', 'busy']
const whenChanging: readonly contract.Problem['code'][] = ['diskFull']

const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))) })
type Route = z.infer<typeof Document>['paths'][string][string]

/** `title`: of the gateway. What is no typed route (a stream, what stands before the API) is added by hand. */
export function documentOf(api: Api, title: string): object {
  addUntyped(api)
  const info = { title, version: '1', description: 'Just-in-time access to machines. How to call it: docs/api.md.' }
  const document = Document.parse(JSON.parse(JSON.stringify(api.getOpenAPI31Document({ openapi: '3.1.0', info }))))
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, route] of Object.entries(methods)) {
      const key = `${method.toUpperCase()} ${path}`
      const operation = operations[key]
      if (operation) methods[method] = describe(key, route, operation)
    }
  }
  const components = componentSchemas()
  const shared = { ...document, paths: withReferences(json(document.paths), components), components: { schemas: shareWithin(components) } }
  return shared
}

const ofMachines = "For machines' agents alone, by the key of the machine."
const text = (contentType: string, description: string) => ({ description, content: { [contentType]: { schema: z.string() } } })

function addUntyped(api: Api): void {
  const { openAPIRegistry: registry } = api
  if (registry.definitions.some((one) => one.type === 'route' && one.route.path === '/v1/events')) return
  registry.registerPath({
    method: 'get',
    path: '/v1/events',
    responses: { 200: text('text/event-stream', 'One event a change: `id` and the topic') },
  })
  registry.registerPath({ method: 'get', path: '/v1/openapi.json', responses: answers(200, z.looseObject({}), 'OpenAPI 3.1') })
  registry.registerPath({ method: 'get', path: '/healthz', responses: answers(200, z.object({ status: z.literal('ok') }), 'It answers') })
  registry.registerPath({
    method: 'post',
    path: joinPath,
    request: { body: body(people.Join) },
    responses: answers(200, people.Me, 'Joined: the key that proved the request is taken from now on'),
  })
  registry.registerPath({
    method: 'post',
    path: enrolPath,
    request: { body: body(challenges.Enrol) },
    responses: answers(200, challenges.Enrolled, 'Enrolled: the key that proved the request speaks for the machine from now on'),
  })
}

function describe(key: string, route: Route, { summary, tag, problems = [], request, answer }: Operation): Route {
  const [method = '', path = ''] = key.split(' ')
  const permission = permissions[`${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`]
  const codes = path === '/healthz' ? (['busy'] as const) : [...always, ...(method === 'GET' ? [] : whenChanging), ...problems]
  const { default: _any, ...responses } = z.record(z.string(), z.looseObject({})).parse(route['responses'])
  const described = Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [status, answer === undefined ? response : withExample(response, answer)]),
  )
  return {
    operationId: operationId(method, path),
    summary,
    tags: [tag],
    ...(permission && { description: permission === 'machine' ? ofMachines : `Needs the permission \`${permission}\`.` }),
    ...route,
    ...(route['requestBody'] !== undefined && { requestBody: withExample(z.looseObject({}).parse(route['requestBody']), request) }),
    responses: { ...described, ...refusals(codes) },
  }
}

/** "POST /v1/grants/{id}/release" is postGrantsIdRelease. */
function operationId(method: string, path: string): string {
  const words = path.replace(/^\/v1/, '').match(/\w+/g) ?? []
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

const Content = z.looseObject({ content: z.record(z.string(), z.looseObject({})).optional() })

function withExample(part: object, example: unknown): object {
  const { content, ...rest } = Content.parse(part)
  if (content === undefined || example === undefined) return part
  return { ...rest, content: Object.fromEntries(Object.entries(content).map(([type, media]) => [type, { ...media, example }])) }
}

/** By status, with an example for each code. */
function refusals(codes: readonly contract.Problem['code'][]): Record<string, object> {
  const byStatus = Map.groupBy(
    [...new Set(codes)].map((code) => new GatewayProblem(code).problem),
    ({ status }) => String(status),
  )
  return Object.fromEntries(
    [...byStatus].map(([status, problems]) => [
      status,
      {
        description: problems.map(({ code, title }) => `\`${code}\`: ${title}`).join(' '),
        content: {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/Problem' },
            examples: Object.fromEntries(problems.map((problem) => [problem.code, { value: problem }])),
          },
        },
      },
    ]),
  )
}

type Schemas = Readonly<Record<string, Json>>

/** Each as the generator writes it where it is used. */
function componentSchemas(): Schemas {
  const scratch = new OpenAPIHono()
  for (const [name, schema] of Object.entries(named)) scratch.openAPIRegistry.register(name, schema)
  const { components } = scratch.getOpenAPI31Document({ openapi: '3.1.0', info: { title: '', version: '' } })
  return z.record(z.string(), z.json()).parse(components?.schemas)
}

function shareWithin(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const others = Object.fromEntries(Object.entries(schemas).filter(([other]) => other !== name))
      return [name, withReferences(schema, others)]
    }),
  )
}

/** Names every part that is the same as one of `schemas`. */
function withReferences(value: Json, schemas: Schemas): Json {
  const names = new Map(Object.entries(schemas).map(([name, schema]) => [canonicalJson(schema), name]))
  return share(value)

  function share(part: Json): Json {
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) return part.map((one: Json) => share(one))
    const name = names.get(canonicalJson(part))
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
    return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, one === undefined ? one : share(one)]))
  }
}

function json(value: unknown): Json {
  return z.json().parse(value)
}
