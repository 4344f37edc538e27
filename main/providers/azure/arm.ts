/**
 * One HTTP exchange with Azure Resource Manager, as the official pipeline makes it: a bearer token, an id of ours by which Azure's log names the request,
 * patience when Azure asks for it. Nothing is believed that does not parse, and no write is repeated whose outcome is not known.
 */
import { randomUUID } from 'node:crypto'
import {
  bearerTokenAuthenticationPolicy,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  setClientRequestIdPolicy,
  type HttpClient,
  type Pipeline,
  type PipelineResponse,
} from '@azure/core-rest-pipeline'
import { z } from 'zod'
import { CallError } from '../../callError.ts'
import { createPatience, type Patience } from '../../network/patience.ts'
import { toOffline } from '../gateway/client.ts'
import { CloudError, toFailure, type About } from './armError.ts'
import { scopesOf } from './application.ts'
import type { Cloud } from './clouds.ts'
import type { Credential } from './credential.ts'

export interface ArmCall {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Below Resource Manager's address, with ids escaped and the version: "/subscriptions/…?api-version=…". */
  path: string
  body?: unknown
  /** Comes back in Azure's activity log. */
  clientRequestId?: string
  about: About
  /** Before each sending, also those after a pause. */
  onSend?: () => Promise<void>
  onHeaders?: (header: (name: string) => string | undefined) => void
  /** Those that are throttled together: "graph", or a subscription. */
  bucket: string
}

/** A write's answer did not come, or says that something broke: Azure may have done it. */
export class OutcomeUnknown extends CallError {
  /** Azure ended the request: what is not to be seen soon was not done. */
  readonly wasAnswered: boolean
  constructor(error: CallError, wasAnswered: boolean) {
    super(error.failure, { cause: error.cause })
    this.wasAnswered = wasAnswered
  }
}

export interface Arm {
  /**
   * Throws CallError: `offline`, `badAnswer`, `notKnown`, `keychain`, or what Azure refused it with; OutcomeUnknown for a write that may be done. A read
   * is tried again where that may help, a write only where Azure said that it did nothing.
   */
  ask<Answer>(answer: z.ZodType<Answer>, call: ArmCall): Promise<Answer>
  /** Azure's time as far as this console knows it, in milliseconds. */
  now(): number
  /** A person signed in again: no token from before is used any more. */
  renew(): void
  /** All pages of a list. A next page that is not Azure's own is a bad answer: the token would go there. */
  pages<Item>(item: z.ZodType<Item>, call: Omit<ArmCall, 'method' | 'body'>): AsyncGenerator<Item[]>
}

const timeoutMs = 30_000
const mostTries = 4
/** Azure tells its time in whole seconds. What is taken for it is never later than it is, so that a longest duration is not too long. */
const toleratedMs = 1500
/** More than any list of one subscription has. */
const mostPages = 1000
const clientRequestIdHeader = 'x-ms-client-request-id'

export function createArm(options: {
  id: string
  cloud: Cloud
  credential: Credential
  httpClient: HttpClient
  sleep: (ms: number) => Promise<unknown>
  clock: { now(): number; monotonicMs(): number }
  /** Told after each exchange: whether Azure answered, or why not. */
  heard: (answered: boolean) => void
}): Arm {
  const { id, cloud, credential, httpClient, sleep, clock, heard } = options
  const patiences = new Map<string, Patience>()
  /** What Azure's clock is ahead of ours (F-104). */
  let aheadMs = 0
  let pipeline = makePipeline()

  /** The policy keeps a token until it expires, so another one needs another pipeline. */
  function makePipeline(): Pipeline {
    const made = createEmptyPipeline()
    made.addPolicy(setClientRequestIdPolicy(clientRequestIdHeader))
    // A challenge with claims is answered once with a new token; what Azure refused for its token was not done.
    made.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: scopesOf(cloud) }), { phase: 'Sign' })
    return made
  }

  const bad = (cause: unknown) => new CallError({ tag: 'badAnswer', provider: id }, { cause })

  function patienceOf(bucket: string): Patience {
    const known = patiences.get(bucket) ?? createPatience(clock, sleep)
    patiences.set(bucket, known)
    return known
  }

  async function once(call: ArmCall, url: string): Promise<PipelineResponse> {
    const request = createPipelineRequest({
      url,
      method: call.method,
      timeout: timeoutMs,
      requestId: call.clientRequestId ?? randomUUID(),
      headers: createHttpHeaders({
        accept: 'application/json',
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
      }),
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    })
    await call.onSend?.()
    try {
      const response = await pipeline.sendRequest(httpClient, request)
      if (response.status !== 401) heard(true)
      const theirs = Date.parse(response.headers.get('date') ?? '')
      if (!Number.isNaN(theirs)) aheadMs = Math.abs(theirs - clock.now()) > toleratedMs ? theirs - clock.now() : 0
      return response
    } catch (error) {
      const failure = toOffline(id, error)
      if (failure.failure.tag === 'offline' || failure.failure.tag === 'gatewayUntrusted') heard(false)
      throw failure
    }
  }

  /** Asks until there is an answer to take: when Azure wants to be left alone, and for reads also when something broke. */
  async function exchange(call: ArmCall, url: string): Promise<PipelineResponse> {
    const patience = patienceOf(call.bucket)
    const startedAt = clock.monotonicMs()
    const leftMs = () => timeoutMs * 2 - (clock.monotonicMs() - startedAt)
    const isRead = call.method === 'GET' || call.path.startsWith(graphPath)
    let isRenewed = false
    for (let tries = 1; ; tries += 1) {
      if (!(await patience.wait(leftMs()))) throw new CallError({ tag: 'offline', provider: id, why: 'busy' })
      let response: PipelineResponse
      try {
        response = await once(call, url)
      } catch (error) {
        if (!isRead && error instanceof CallError && error.failure.tag === 'offline') throw new OutcomeUnknown(error, false)
        throw error
      }
      if (response.status === 401) {
        if (isRenewed) credential.refused()
        if (isRenewed) return response
        isRenewed = true
        credential.distrust()
        pipeline = makePipeline()
        continue
      }
      // Resource Graph tells when its quota is used up before it refuses.
      if (response.headers.get('x-ms-user-quota-remaining') === '0') {
        const headers = { 'retry-after': String(secondsOf(response.headers.get('x-ms-user-quota-resets-after') ?? '')) }
        patience.heed(new Response(null, { status: 429, headers }))
      }
      const wantsPause = patience.heed(new Response(null, { status: response.status, headers: response.headers.toJSON() }))
      // Throttled: nothing was done. Something broke: only what changes nothing is asked again.
      const mayAskAgain = response.status === 429 || (isRead && response.status >= 500)
      if (!mayAskAgain || tries === mostTries) return response
      if (!wantsPause) await sleep(250 * 2 ** tries)
    }
  }

  async function askAt<Answer>(answer: z.ZodType<Answer>, call: ArmCall, url: string): Promise<Answer> {
    const response = await exchange(call, url)
    const { status, bodyAsText } = response
    call.onHeaders?.((name) => response.headers.get(name))
    const isWrite = call.method !== 'GET' && !call.path.startsWith(graphPath)
    const json = parseJson(bodyAsText ?? '')
    if (status >= 200 && status < 300) {
      const parsed = answer.safeParse(json)
      if (parsed.success) return parsed.data
      throw isWrite ? new OutcomeUnknown(bad(parsed.error), true) : bad(parsed.error)
    }
    const told = CloudError.safeParse(json)
    const error = told.success ? told.data.error : undefined
    const failure = toFailure(id, status, error, call.about)
    const thrown = new CallError(failure, { cause: new Error(`status ${status}: ${error?.code ?? ''} ${error?.message ?? ''}`) })
    throw isWrite && status >= 500 ? new OutcomeUnknown(thrown, true) : thrown
  }

  return {
    now: () => clock.now() + aheadMs,
    renew: () => void (pipeline = makePipeline()),
    ask: (answer, call) => askAt(answer, call, cloud.resourceManager + call.path),
    async *pages(item, call) {
      const Page = z.object({ value: z.array(item), nextLink: z.string().nullish() })
      let url = cloud.resourceManager + call.path
      const passed = new Set<string>()
      while (passed.size < mostPages) {
        passed.add(url)
        const page = await askAt(Page, { ...call, method: 'GET' }, url)
        yield page.value
        if (!page.nextLink) return
        const next = URL.parse(page.nextLink, url)
        // SECURITY: the bearer token goes where this leads, so it may lead nowhere else; and round in a circle it would never end.
        if (next?.origin !== cloud.resourceManager || passed.has(next.href)) throw bad(new Error('a next page elsewhere'))
        url = next.href
      }
      throw bad(new Error('too many pages'))
    },
  }
}

export const graphPath = '/providers/Microsoft.ResourceGraph/resources'

/** "00:00:05" */
function secondsOf(time: string): number {
  const parts = /^(\d{1,2}):(\d{2}):(\d{2})$/.exec(time)?.slice(1).map(Number)
  return parts === undefined ? 1 : parts.reduce((seconds, part) => seconds * 60 + part, 0)
}

/** undefined for what is no JSON; an answer without content is an empty object. */
function parseJson(text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
