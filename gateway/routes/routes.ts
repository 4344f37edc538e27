/** The HTTP API (GTW-4) on web-standard Request and Response: one router, one place for what may come in and how refusals go out. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Hook } from '@hono/zod-openapi'
import type { HonoRequest, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Caller } from '../api.ts'
import type { Events } from '../events.ts'
import type { Grants } from '../grants.ts'
import type { TransparentLog } from '../log/transparentLog.ts'
import type { Machines } from '../machines.ts'
import type { Invitations } from '../people/invitations.ts'
import type { People } from '../people/people.ts'
import { permit } from '../people/permit.ts'
import type { Reach } from '../people/reach.ts'
import type { SignIns } from '../signIns.ts'
import type { Policies } from '../policies/policies.ts'
import { GatewayProblem, toResponse } from '../problems.ts'
import type { GatewayTopic } from '../server.ts'
import { isBadText, isBusy, isDiskFull } from '../store/database.ts'
import type { Store } from '../store/database.ts'
import { faultInJson } from '../strictJson.ts'
import { addAgentRoutes } from './agents.ts'
import { addAuditRoutes } from './audit.ts'
import { addChallengeRoutes } from './challenges.ts'
import { documentOf } from './document.ts'
import { addEventRoute } from './events.ts'
import { addGrantRoutes } from './grants.ts'
import { addLogRoutes } from './log.ts'
import { addMachineRoutes } from './machines.ts'
import { addPeopleRoutes } from './people.ts'
import { addPolicyRoutes } from './policies.ts'
import { negotiate } from './version.ts'

/** `caller` is told by the transport, never by the request. */
export interface Env {
  Bindings: { caller: Caller }
}
export type Api = OpenAPIHono<Env>

export interface RouteParts extends Omit<SignIns, 'stop'> {
  store: Store
  machines: Machines
  grants: Grants
  policies: Policies
  people: People
  invitations: Invitations
  transparentLog: TransparentLog
  reach?: Reach
  events: Events
  /** Aborted when the gateway closes. */
  closing: AbortSignal
  /** The wall clock, in milliseconds. */
  now: () => number
  gatewayName: string
  onChange: (...topics: GatewayTopic[]) => void
  /** Told of what was thrown and is no expected refusal. */
  onFault: (error: unknown) => void
}

const ordinaryBodyBytes = 64 * 1024
const largeBodyBytes = 2 * 1024 * 1024
/** Imports: fifty thousand machines in one change. Besides, logos, and policies for many machines or with many rules. */
const largeBodies: ReadonlyMap<string, number> = new Map([
  ['/v1/machines', 24 * 1024 * 1024],
  ['/v1/logos', largeBodyBytes],
  ['/v1/policies', largeBodyBytes],
  ['/v1/policies/preview', largeBodyBytes],
])

export function createRoutes(parts: RouteParts): Api {
  const api: Api = new OpenAPIHono<Env>({ defaultHook: refuseInvalid })
  api.use(limitBody)
  api.use(negotiate)
  api.use(permit)
  api.use(refuseAmbiguous)
  addMachineRoutes(api, parts)
  addGrantRoutes(api, parts)
  addAuditRoutes(api, parts)
  addLogRoutes(api, parts)
  addPeopleRoutes(api, parts)
  addPolicyRoutes(api, parts)
  addAgentRoutes(api, parts)
  addChallengeRoutes(api, parts)
  addEventRoute(api, parts)
  api.get('/v1/openapi.json', (context) => context.json(documentOf(api, `${parts.gatewayName} gateway`)))
  api.notFound(() => toResponse(new GatewayProblem('notFound').problem))
  api.onError((error) => {
    if (error instanceof GatewayProblem) return toResponse(error.problem)
    if (error instanceof HTTPException) {
      return toResponse(new GatewayProblem('invalidInput', { field: 'body', reason: 'notJson' }, { status: error.status }).problem)
    }
    if (isDiskFull(error)) return toResponse(new GatewayProblem('diskFull').problem)
    if (isBusy(error)) return toResponse(new GatewayProblem('busy').problem)
    if (isBadText(error)) return toResponse(new GatewayProblem('invalidInput', { field: 'body', reason: 'badText' }).problem)
    parts.onFault(error)
    return toResponse(new GatewayProblem('internal').problem)
  })
  return api
}

/** Whoever made the request holds all of its body, so it is read in one go; what is no JSON is read by nobody. */
const limitBody: MiddlewareHandler<Env> = async ({ req }, next) => {
  const mostBytes = largeBodies.get(req.path) ?? ordinaryBodyBytes
  if (isJson(req) && Buffer.byteLength(await req.text()) > mostBytes) {
    throw new GatewayProblem('invalidInput', { field: 'body', reason: 'tooLarge' }, { status: 413 })
  }
  await next()
}

function isJson(req: HonoRequest): boolean {
  return req.method !== 'GET' && req.header('content-type')?.includes('json') === true
}

/** A body that another program may read differently is not read at all. */
const refuseAmbiguous: MiddlewareHandler<Env> = async ({ req }, next) => {
  const fault = isJson(req) ? faultInJson(await req.text()) : undefined
  if (fault !== undefined) throw new GatewayProblem('invalidInput', { field: 'body', reason: fault })
  await next()
}

/** JSON can escape half of a pair of surrogates, which no UTF-8 text can hold and no canonical form has (F-116). */
function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed()
  return typeof value === 'object' && value !== null && Object.entries(value).some((entry) => entry.some(hasLoneSurrogate))
}

/** What does not fit the contract: the first field that does not, and why, in zod's word for it. */
const refuseInvalid: Hook<unknown, Env, string, Response | undefined> = (result) => {
  if (result.success) {
    if (hasLoneSurrogate(result.data)) throw new GatewayProblem('invalidInput', { field: 'body', reason: 'badText' })
    return undefined
  }
  const issue = result.error.issues[0]
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const field = [...(issue?.path ?? []), ...unknown].map(String).join('.').slice(0, 200)
  throw new GatewayProblem('invalidInput', { field, reason: issue?.code ?? 'invalid' })
}
