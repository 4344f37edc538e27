/**
 * HTTPS to Azure: by the proxies that this computer is set to use, and believing the authorities that it trusts. The sign-in library and the client of
 * Resource Manager both go this way, so that nothing of Azure is asked by another.
 */
import { X509Certificate } from 'node:crypto'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { callbackify } from 'node:util'
import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline'
import type { INetworkModule, NetworkRequestOptions } from '@azure/msal-node'
import { Agent, buildConnector, request as send } from 'undici'
import { z } from 'zod'
import type { FailureOf } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import { NoRoute } from '../../network/faults.ts'
import { openTunnel } from '../../network/tunnel.ts'
import type { NetworkTls } from '../gateway/network.ts'

export interface AzureAnswer {
  status: number
  headers: Record<string, string>
  text: string
}

export interface AzureNetwork {
  readonly httpClient: HttpClient
  readonly signInClient: INetworkModule
  /** Why the sign-in service did not answer when it was last asked: the library only says that it did not. undefined: it did. */
  readonly signInFault: unknown
  /** Whether Azure sees a proxy instead of this computer. */
  usesProxy(url: string): Promise<boolean>
  close(): Promise<void>
}

interface Ask {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
  signal: AbortSignal
}

/** The largest honest answer is a page of 1,000 machines, or a policy list of one subscription. */
const maxAnswerBytes = 50_000_000
const silenceMs = 60_000
const Method = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
/** Reading the system's authorities takes milliseconds, and they change seldom. */
const trustMs = 10 * 60_000

/** `id` is the provider's, or the cloud's, for failures. `ca`: PEM of an authority beside those of the system. */
export function createAzureNetwork(id: string, tls: NetworkTls, ca: string | undefined): AzureNetwork {
  const { routes, lookup, authorities, connectMs = 10_000 } = tls
  let signInFault: unknown
  let trust: { context: SecureContext; at: number } | undefined

  function trusted(): SecureContext {
    if (!trust || performance.now() - trust.at > trustMs) {
      const certificates = [...getCACertificates('default'), ...(authorities?.() ?? []), ...(ca === undefined ? [] : [ca])].filter(
        isReadable,
      )
      trust = { context: createSecureContext({ ca: certificates, minVersion: 'TLSv1.2' }), at: performance.now() }
    }
    return trust.context
  }

  const agent = new Agent({
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    connections: 16,
    connect(options, callback) {
      const connectTls = buildConnector({ timeout: connectMs, secureContext: trusted(), ...(lookup && { lookup }) })
      const place = `${options.hostname}:${options.port || '443'}`
      const go = async () => {
        let failed: unknown
        for (const route of (await routes?.(`https://${place}`)) ?? [{ kind: 'direct' as const }]) {
          try {
            const httpSocket = route.kind === 'direct' ? undefined : await openTunnel(route, place, connectMs)
            return await new Promise<Parameters<typeof callback>[1] & object>((resolve, reject) => {
              connectTls({ ...options, ...(httpSocket && { httpSocket }) }, (error, socket) => (error ? reject(error) : resolve(socket)))
            })
          } catch (error) {
            failed ??= error
          }
        }
        throw failed ?? new NoRoute('proxySetting')
      }
      callbackify(go)((error, socket) => (error === null ? callback(null, socket) : callback(error, null)))
    },
  })

  async function ask({ method, url, headers, body, signal }: Ask): Promise<AzureAnswer> {
    const answer = await send(url, { method: Method.parse(method), headers, body: body ?? null, dispatcher: agent, signal }).catch(
      (error: unknown) => {
        const problem = problemOf(error)
        throw problem ? new CallError({ tag: 'gatewayUntrusted', provider: id, problem }, { cause: error }) : error
      },
    )
    const told: Record<string, string> = {}
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined) told[name] = Array.isArray(value) ? value.join(', ') : value
    }
    const decoder = new TextDecoder()
    let text = ''
    let size = 0
    for await (const chunk of answer.body) {
      const bytes = z.instanceof(Uint8Array).parse(chunk)
      size += bytes.byteLength
      if (size > maxAnswerBytes) throw new Error('the answer is too large')
      text += decoder.decode(bytes, { stream: true })
    }
    return { status: answer.statusCode, headers: told, text: text + decoder.decode() }
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as the library's port has it
  async function forSignIn<Body>(
    method: 'GET' | 'POST',
    url: string,
    { headers = {}, body }: NetworkRequestOptions = {},
    timeoutMs = 30_000,
  ): Promise<{ status: number; headers: Record<string, string>; body: Body }> {
    let answer: AzureAnswer
    try {
      answer = await ask({ method, url, headers, ...(body !== undefined && { body }), signal: AbortSignal.timeout(timeoutMs) })
      signInFault = undefined
    } catch (error) {
      signInFault = error
      throw error
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library parses what it was told
    return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.text) as Body }
  }

  return {
    httpClient: {
      async sendRequest(request) {
        const { headers, signal, body } = toAsk(request)
        const answer = await ask({ method: request.method, url: request.url, headers, signal, ...(body !== undefined && { body }) })
        return { request, status: answer.status, headers: createHttpHeaders(answer.headers), bodyAsText: answer.text }
      },
    },
    signInClient: {
      sendGetRequestAsync: (url, options, timeoutMs) => forSignIn('GET', url, options, timeoutMs),
      sendPostRequestAsync: (url, options) => forSignIn('POST', url, options),
    },
    get signInFault() {
      return signInFault
    },
    async usesProxy(url) {
      const found = await routes?.(url).catch(() => undefined)
      return found?.[0]?.kind === 'proxy'
    },
    async close() {
      await agent.destroy()
    },
  }
}

function toAsk(request: PipelineRequest): { headers: Record<string, string>; signal: AbortSignal; body?: string } {
  const limits = [AbortSignal.timeout(request.timeout)]
  const stop = new AbortController()
  request.abortSignal?.addEventListener('abort', () => stop.abort())
  if (request.abortSignal?.aborted === true) stop.abort()
  const { body } = request
  return {
    headers: request.headers.toJSON({ preserveCase: true }),
    signal: AbortSignal.any([...limits, stop.signal]),
    ...(typeof body === 'string' && { body }),
  }
}

/** Codes of OpenSSL and Node. Often it is a proxy that looks into what goes through it, by an authority that this computer was not told to trust. */
const problems: Readonly<Record<string, FailureOf<'gatewayUntrusted'>['problem']>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknownAuthority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknownAuthority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknownAuthority',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknownAuthority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unknownAuthority',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'notYetValid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'otherName',
}

function problemOf(error: unknown): FailureOf<'gatewayUntrusted'>['problem'] | undefined {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return Object.hasOwn(problems, code) ? problems[code] : undefined
}

/** One certificate of the system's that cannot be read must not keep the console from all of Azure. */
function isReadable(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== ''
  } catch {
    return false
  }
}
