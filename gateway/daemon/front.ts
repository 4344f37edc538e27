/**
 * What stands before the API on the network. Who cannot prove to be one of the gateway's people gets one and the same answer, whatever is asked for,
 * so that nothing can be learned from it (F-115): only /healthz is answered to everybody.
 */
import type { IncomingMessage } from 'node:http'
import type { GatewayApi, Problem } from '../api.ts'
import { agentActor } from '../auditLog.ts'
import type { Authentication } from '../authentication.ts'
import { Enrol } from '../contract/challenges.ts'
import { Join } from '../contract/people.ts'
import { agentPaths, enrolPath, joinPath, nonceHeader, proofHeader } from '../contract/proof.ts'
import type { DeviceJwk } from '../contract/proof.ts'
import type { Enrolments, KnownMachine } from '../enrolments/enrolments.ts'
import type { Invitations } from '../people/invitations.ts'
import type { Known, People } from '../people/people.ts'
import { GatewayProblem, toResponse } from '../problems.ts'
import { isBusy } from '../store/database.ts'
import type { Refusals } from './refusals.ts'

export interface FrontParts {
  gateway: GatewayApi & { people: People; invitations: Invitations; enrolments: Enrolments; isServing(): boolean }
  authentication: Authentication
  refusals: Refusals
  /** Wall clock, milliseconds. */
  now: () => number
  onFault: (error: unknown) => void
}

/** Somebody with an invitation, or a machine with its code, whose key nobody knows yet. */
interface Newcomer {
  x: string
  jwk: DeviceJwk
}

interface Asked {
  method: string
  target: string
  body: () => Promise<Uint8Array<ArrayBuffer>>
  address: string
  isEnrol: boolean
}

const largestBody = 2 * 1024 * 1024
/** Fifty thousand machines in one change, of a person whose key is known by then. */
const largestAddition = 24 * 1024 * 1024
const largestJoin = 1024
const largestEnrolment = 64 * 1024

/** Answers requests as they come from Node's server, and from which address. Never rejects. */
export function createFront({ gateway, authentication, refusals, now, onFault }: FrontParts) {
  const { people, invitations, enrolments } = gateway

  function refuse(address: string): Response {
    const seconds = refusals.waitSeconds(address, now())
    const response = toResponse(seconds > 0 ? tooMany : unknownCaller)
    response.headers.set(nonceHeader, authentication.nonce)
    // A console whose clock is off makes its proofs by this one.
    response.headers.set('date', new Date(now()).toUTCString())
    if (seconds > 0) response.headers.set('retry-after', String(seconds))
    return response
  }

  async function answer(request: Request, incoming: IncomingMessage, address: string): Promise<Response> {
    const method = incoming.method ?? ''
    const target = incoming.url ?? ''
    // Also for the load balancer: another gateway of the same store may be serving.
    if (!gateway.isServing()) return toResponse(busy)
    if (method === 'GET' && target === '/healthz') return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } })
    const isJoin = method === 'POST' && target === joinPath
    const isEnrol = method === 'POST' && target === enrolPath
    const isNew = isJoin || isEnrol
    const isAddition = method === 'POST' && target === '/v1/machines'
    if (isNew && refusals.waitSeconds(address, now()) > 0) return refuse(address)
    const body = once(() =>
      readBody(request, isJoin ? largestJoin : isEnrol ? largestEnrolment : isAddition ? largestAddition : largestBody),
    )
    const proof = incoming.headers[proofHeader]
    const proved = { method, target, body, proof: typeof proof === 'string' ? proof : undefined }
    const judged = await authentication.judge<Known | KnownMachine | Newcomer>(proved, async ({ thumbprint, fresh }) => {
      if (isNew) return fresh && { x: fresh.x, jwk: fresh }
      if (fresh !== undefined) return undefined
      // A machine's key is nobody's elsewhere, and a person's is nobody's here.
      return target.startsWith(agentPaths) ? await enrolments.find(thumbprint) : await people.find(thumbprint)
    })
    const enter = isEnrol ? enrol : join
    const known = !judged.ok ? undefined : 'jwk' in judged.owner ? await enter(await body(), judged.owner.jwk) : judged.owner
    if (known === undefined) {
      refusals.count(address, judged.ok ? 'unknownKey' : judged.distrust, now())
      return refuse(address)
    }
    if ('machineId' in known) return await answerMachine(request, { method, target, body, address, isEnrol }, known)
    const person = { id: known.personId, thumbprint: known.thumbprint }
    const caller = { technician: known.name, roles: known.roles, address, person }
    const asked = isJoin ? new Request(`${origin}/v1/me`) : await toRequest(request, method, target, body)
    const response = await gateway.fetch(asked, caller)
    // Disabled while this was under way: what it may have opened is closed again (F-57).
    if (method !== 'GET' && (await people.endIfDisabled(known))) return refuse(address)
    return response
  }

  async function join(body: Uint8Array, jwk: DeviceJwk): Promise<Known | undefined> {
    const parsed = Join.safeParse(parseJson(body))
    return parsed.success ? await invitations.join(Buffer.from(parsed.data.secret, 'base64url'), jwk) : undefined
  }

  async function enrol(body: Uint8Array, jwk: DeviceJwk): Promise<KnownMachine | undefined> {
    const parsed = Enrol.safeParse(parseJson(body))
    if (!parsed.success) return undefined
    const { secret, report } = parsed.data
    return await enrolments.enrol(Buffer.from(secret, 'base64url'), jwk, report)
  }

  async function answerMachine(request: Request, asked: Asked, { machineId, thumbprint }: KnownMachine): Promise<Response> {
    const { method, target, body, address, isEnrol } = asked
    const caller = { technician: agentActor, roles: [], address, machine: { id: machineId, thumbprint } }
    return await gateway.fetch(isEnrol ? new Request(`${origin}/v1/agent/me`) : await toRequest(request, method, target, body), caller)
  }

  return async function front(request: Request, incoming: IncomingMessage, address: string): Promise<Response> {
    try {
      return await answer(request, incoming, address)
    } catch (error) {
      if (error instanceof GatewayProblem) return toResponse(error.problem)
      if (isBusy(error)) return toResponse(busy)
      onFault(error)
      return toResponse(internal)
    }
  }
}

const origin = 'https://gateway.internal'
const unknownCaller: Problem = new GatewayProblem('unknownCaller').problem
const tooMany: Problem = new GatewayProblem('tooMany').problem
const internal: Problem = new GatewayProblem('internal').problem
const busy: Problem = new GatewayProblem('busy').problem

async function toRequest(request: Request, method: string, target: string, body: () => Promise<Uint8Array<ArrayBuffer>>): Promise<Request> {
  const bytes = await body()
  const { headers, signal } = request
  return new Request(`${origin}${target}`, { method, headers, signal, ...(bytes.length > 0 && { body: bytes }) })
}

async function readBody(request: Request, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const body: ReadableStream<Uint8Array> | null = request.body
  const chunks: Uint8Array[] = []
  let size = 0
  if (body === null) return new Uint8Array()
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > most) throw new GatewayProblem('invalidInput', { field: 'body', reason: 'tooLarge' }, { status: 413 })
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => (made ??= make())
}
