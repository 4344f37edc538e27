/** One HTTP exchange with a gateway: nothing is believed that does not parse, and every refusal becomes a failure (RFC 9457). */
import { z } from 'zod'
import { Problem } from '../../../gateway/api.ts'
import type { Failure, FailureOf } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
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

/** A gateway that takes longer is as good as unreachable. */
const timeoutMs = 30_000
/** The largest honest answer is 1,000 machines, about 2 MB. */
const maxAnswerBytes = 20_000_000

/** Answers the function that makes calls. It throws CallError: `offline`, `badAnswer`, or what the gateway refused it with. */
export function createClient(gateway: { id: string; url: string; fetch: Fetch }) {
  const bad = (cause: unknown) => new CallError({ tag: 'badAnswer', provider: gateway.id }, { cause })

  async function exchange(call: Call): Promise<{ status: number; text: string }> {
    const query = call.query?.size ? `?${call.query.toString()}` : ''
    const headers = new Headers({ accept: 'application/json' })
    if (call.body !== undefined) headers.set('content-type', 'application/json')
    if (call.idempotencyKey !== undefined) headers.set('idempotency-key', call.idempotencyKey)
    try {
      const response = await gateway.fetch(
        new Request(`${gateway.url}${call.path}${query}`, {
          method: call.method,
          headers,
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
          ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        }),
      )
      return { status: response.status, text: await readText(response) }
    } catch (error) {
      if (error instanceof TooLarge) throw bad(error)
      if (error instanceof CallError) throw error
      throw new CallError({ tag: 'offline', provider: gateway.id }, { cause: error })
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
      return { tag: 'offline', provider: providerId }
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
    case 'busy':
      return { tag: 'offline', provider: providerId }
    case 'internal':
      return { tag: 'badAnswer', provider: providerId }
  }
}
