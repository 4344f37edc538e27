/** One HTTP exchange with a gateway: nothing is believed that does not parse, and every refusal becomes a failure (RFC 9457). */
import { z } from 'zod'
import { Problem } from '../../../gateway/api.ts'
import { apiHeader, formatApi, spokenApi } from '../../../gateway/contract/apiVersion.ts'
import type { Failure, FailureOf } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import { NoRoute, offlineReason } from '../../network/faults.ts'
import { createPatience, type Patience } from '../../network/patience.ts'
import { qualify } from '../ids.ts'

/** Requests are sent with this, whether to the embedded gateway's handler or over the network. */
export type Fetch = (request: Request) => Promise<Response>

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the gateway's address, with ids escaped: "/v1/grants/g1". */
  path: string
  query?: URLSearchParams
  body?: unknown
  idempotencyKey?: string
  /** What the call is about, for the words of a refusal. */
  about: { what: FailureOf<'notFound'>['what']; machineId?: string }
}

/** A gateway that takes longer, waiting and all, is as good as unreachable (F-94). */
const timeoutMs = 30_000
const mostTries = 3
/** The largest honest answer is 1,000 machines, about 2 MB. */
const maxAnswerBytes = 20_000_000

export interface Gateway {
  id: string
  url: string
  fetch: Fetch
  /** Shared by all that ask this gateway: when it wants to be left alone. */
  patience?: Patience
  /** Why nothing may be changed there now. */
  readOnly?: () => FailureOf<'readOnly'>['why'] | undefined
  timeoutMs?: number
}

/** Answers the function that makes calls. It throws CallError: `offline`, `badAnswer`, `readOnly`, or what the gateway refused it with. */
export function createClient(gateway: Gateway) {
  const bad = (cause: unknown) => new CallError({ tag: 'badAnswer', provider: gateway.id }, { cause })
  const { patience = createPatience(), timeoutMs: totalMs = timeoutMs } = gateway

  async function exchange(call: Call): Promise<{ status: number; text: string }> {
    const query = call.query?.size ? `?${call.query.toString()}` : ''
    const headers = new Headers({ accept: 'application/json', [apiHeader]: formatApi(spokenApi) })
    if (call.body !== undefined) headers.set('content-type', 'application/json')
    if (call.idempotencyKey !== undefined) headers.set('idempotency-key', call.idempotencyKey)
    refuseReadOnly(gateway, call.method)
    const signal = AbortSignal.timeout(totalMs)
    const request = () =>
      new Request(`${gateway.url}${call.path}${query}`, {
        method: call.method,
        headers,
        redirect: 'error',
        signal,
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      })
    try {
      const response = await askPatiently(gateway.fetch, request, { patience, totalMs, mayAskAgain: isRepeatable(call) })
      return { status: response.status, text: await readText(response) }
    } catch (error) {
      if (error instanceof TooLarge) throw bad(error)
      throw toOffline(gateway.id, error)
    }
  }

  return async function ask<Answer>(answer: z.ZodType<Answer>, call: Call): Promise<Answer> {
    const { status, text } = await exchange(call)
    const json = parseJson(text)
    if (status >= 200 && status < 300) {
      const parsed = answer.safeParse(json)
      if (!parsed.success) throw bad(parsed.error)
      return parsed.data
    }
    const problem = Problem.safeParse(json)
    if (!problem.success) throw bad(new Error(`status ${status} without a problem document`))
    throw new CallError(toFailure(gateway.id, problem.data, call.about), { cause: new Error(problem.data.title) })
  }
}

/** A write that nobody can tell from its repetition is never repeated (F-102). */
export function isRepeatable({ method, idempotencyKey }: { method: string; idempotencyKey?: string | undefined }): boolean {
  return method === 'GET' || idempotencyKey !== undefined
}

/** Throws CallError readOnly. */
export function refuseReadOnly({ id, readOnly }: Pick<Gateway, 'id' | 'readOnly'>, method: string): void {
  const why = method === 'GET' ? undefined : readOnly?.()
  if (why) throw new CallError({ tag: 'readOnly', provider: id, why })
}

/** What fetch throws, as a failure with its reason. A CallError is answered as it is. */
export function toOffline(id: string, error: unknown): CallError {
  if (error instanceof CallError) return error
  const why = offlineReason(error)
  return new CallError({ tag: 'offline', provider: id, ...(why && { why }) }, { cause: error })
}

/** Asks when it is welcome, and again when the answer is to wait, as long as that fits into `totalMs`. Throws NoRoute busy without asking. */
export async function askPatiently(
  fetch: Fetch,
  request: () => Request,
  { patience, totalMs, mayAskAgain }: { patience: Patience; totalMs: number; mayAskAgain: boolean },
): Promise<Response> {
  const startedAt = performance.now()
  const leftMs = () => totalMs - (performance.now() - startedAt)
  if (!(await patience.wait(leftMs()))) throw new NoRoute('busy')
  let response = await fetch(request())
  const most = mayAskAgain ? mostTries : 1
  for (let tries = 1; patience.heed(response) && tries < most; tries += 1) {
    if (!(await patience.wait(leftMs()))) break
    await response.body?.cancel()
    response = await fetch(request())
  }
  return response
}

class TooLarge extends Error {}

async function readText(response: Response): Promise<string> {
  const body: ReadableStream<Uint8Array> | null = response.body
  if (!body) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxAnswerBytes) throw new TooLarge('the answer is too large')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** undefined for what is no JSON; no schema of ours takes that. An answer without content is an empty object. */
function parseJson(text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What the technician can do about a gateway's refusal. */
export function toFailure(providerId: string, problem: Problem, about: Call['about']): Failure {
  const { code, field = '', allowed = '', reason = '', title } = problem
  // Where one call is about many machines, the gateway says which one it is.
  const concerned = code === 'unsupported' && field !== '' ? field : about.machineId
  const machineId = concerned === undefined ? '' : qualify({ id: providerId }, concerned)
  const isDecision = about.what === 'challenge'
  switch (code) {
    case 'invalidInput':
      return { tag: 'invalidInput', field, problem: reason || 'invalid' }
    case 'unknownCaller':
      return { tag: 'notKnown', provider: providerId }
    case 'notPermitted':
      if (isDecision) return { tag: 'challenge', why: 'notAllowed' }
      return { tag: 'notAllowed', part: 'permission', allowed: '' }
    case 'notFound':
      return { tag: 'notFound', what: about.what }
    case 'lastAdmin':
      return { tag: 'lastAdmin' }
    case 'tooMany':
      if (isDecision) return { tag: 'challenge', why: 'tooMany' }
      return { tag: 'offline', provider: providerId, why: 'busy' }
    case 'busy':
      return { tag: 'offline', provider: providerId, why: 'busy' }
    case 'otherApi':
      return { tag: 'readOnly', provider: providerId, why: reason === 'newer' ? 'gatewayOlder' : 'gatewayNewer' }
    case 'keyReused':
      return { tag: 'conflict', what: 'request' }
    case 'exists':
      return { tag: 'conflict', what: about.what === 'person' ? 'person' : 'machine' }
    case 'inProgress':
      return { tag: 'inProgress' }
    case 'jitOff':
      if (isDecision) return { tag: 'challenge', why: 'jitOff' }
      return { tag: 'jitOff', machineId }
    case 'unsupported':
      return { tag: 'unsupported', machineId, reason }
    case 'portNotAllowed':
      return { tag: 'notAllowed', part: 'port', allowed }
    case 'durationNotAllowed':
      return { tag: 'notAllowed', part: 'duration', allowed }
    case 'sourceNotAllowed':
      return { tag: 'notAllowed', part: 'source', allowed }
    case 'grantEnded':
      return { tag: 'grantEnded', reason }
    case 'ownRequest':
      if (isDecision) return { tag: 'challenge', why: 'fourEyes' }
      return { tag: 'notAllowed', part: 'ownRequest', allowed: '' }
    case 'decided':
      return { tag: 'conflict', what: 'decision' }
    case 'policyChanged':
      return { tag: 'conflict', what: 'policy' }
    case 'challengeOver':
      return { tag: 'challenge', why: 'over', ...(problem.by !== undefined && { by: problem.by }) }
    case 'challengeChanged':
      return { tag: 'challenge', why: 'changed' }
    case 'wrongNumber':
      return { tag: 'challenge', why: 'wrongNumber' }
    case 'noSession':
      return { tag: 'challenge', why: 'noSession' }
    case 'gateFailed':
      return { tag: 'gateFailed', detail: reason || title }
    case 'diskFull':
      return { tag: 'diskFull' }
    case 'internal':
      return { tag: 'badAnswer', provider: providerId }
  }
}
