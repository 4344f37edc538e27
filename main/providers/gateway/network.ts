/** A gateway on the network: pinned TLS, and a proof by this console's key on every request (gateway/contract/proof.ts). */
import type { Readable } from 'node:stream'
import { request as send } from 'undici'
import { z } from 'zod'
import { bodyDigest, nonceHeader, proofHeader } from '../../../gateway/contract/proof.ts'
import { CallError } from '../../callError.ts'
import type { Clock } from '../../ports.ts'
import type { Fetch } from './client.ts'
import type { Device } from './device.ts'
import { pinnedAgent, Untrusted, type TlsOptions } from './pinnedTls.ts'

export interface Network {
  /** Throws CallError `gatewayUntrusted`, or whatever the network throws. */
  readonly fetch: Fetch
  /** A proof by another key, for this path and without a body: that its owner is here. */
  prove(device: Device, path: string): Promise<string>
  /** Cuts all connections: they may be of a network that is not there any more, and would be waited for. */
  reset(): void
  close(): Promise<void>
  /** The gateway's time as far as this console knows it, in milliseconds. */
  now(): number
}

/** `authorities`: certificates that this computer trusts. They count only for a gateway that says so. */
export type NetworkTls = Partial<Omit<TlsOptions, 'pins' | 'now' | 'authorities'>> & { authorities?: () => readonly string[] }

export interface NetworkOptions {
  /** The provider's id, for failures. */
  id: string
  /** "gate.example.org:8443" */
  address: string
  /** The gateway's fingerprint: what a proof is for. */
  gateway: string
  pins: () => readonly string[]
  device: () => Promise<Device>
  clock: Clock
  /** How it is reached (./pinnedTls.ts). */
  tls?: NetworkTls
  /** Whether `tls.authorities` count for this gateway. */
  byAuthority?: () => boolean
  /** The gateway cannot know the key yet: it is sent along. */
  isFresh?: boolean
}

const Method = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** A clock that differs less than this is not corrected. */
const toleratedMs = 5000

export function createNetwork({
  id,
  address,
  gateway,
  pins,
  device,
  clock,
  tls,
  byAuthority = () => false,
  isFresh = false,
}: NetworkOptions): Network {
  const makeAgent = () =>
    pinnedAgent({ ...tls, pins, now: () => clock.now(), authorities: () => (byAuthority() ? tls?.authorities?.() : undefined) })
  let agent = makeAgent()
  let nonce = ''
  /** What the gateway's clock is ahead of ours, in milliseconds. */
  let aheadMs = 0

  function claimsFor(method: string, path: string, body: Uint8Array) {
    const iat = Math.floor((clock.now() + aheadMs) / 1000)
    return { htm: method, htu: path, bd: bodyDigest(body), iat, aud: gateway, nonce }
  }

  async function once(request: Request, body: Uint8Array): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const target = pathname + search
    const key = await device()
    const proof = await key.prove(claimsFor(request.method, target, body), isFresh)
    const answer = await send(`https://${address}${target}`, {
      method: Method.parse(request.method),
      headers: { ...Object.fromEntries(request.headers), [proofHeader]: proof },
      body: body.length === 0 ? null : body,
      dispatcher: agent,
      signal: request.signal,
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(answer.headers)) if (typeof value === 'string') headers.set(name, value)
    const isEmpty = answer.statusCode === 204 || answer.statusCode === 304
    return new Response(isEmpty ? null : toBytes(answer.body), { status: answer.statusCode, headers })
  }

  /** Takes over the gateway's nonce and time from its refusal. False: the request had them right, so it was refused for something else. */
  function learn(refusal: Response, sent: { nonce: string; aheadMs: number }): boolean {
    const told = refusal.headers.get(nonceHeader) ?? ''
    const theirs = Date.parse(refusal.headers.get('date') ?? '')
    const ahead = Number.isNaN(theirs) ? sent.aheadMs : theirs - clock.now()
    const isOff = Math.abs(ahead - sent.aheadMs) > toleratedMs
    nonce = told
    if (isOff) aheadMs = ahead
    return isOff || told !== sent.nonce
  }

  return {
    async fetch(request) {
      const body = new Uint8Array(await request.arrayBuffer())
      try {
        // Others may learn while this is under way.
        const sent = { nonce, aheadMs }
        const first = await once(request, body)
        if (first.status !== 401 || !learn(first, sent)) return first
        await first.body?.cancel()
        // What was refused was not done, so it can be asked again whatever it is.
        return await once(request, body)
      } catch (error) {
        const untrusted = untrustedIn(error)
        if (untrusted) throw new CallError({ tag: 'gatewayUntrusted', provider: id, problem: untrusted.problem }, { cause: error })
        throw error
      }
    },
    prove: (other, path) => other.prove(claimsFor('POST', path, new Uint8Array()), true),
    reset() {
      void agent.destroy()
      agent = makeAgent()
    },
    async close() {
      await agent.destroy()
    },
    now: () => clock.now() + aheadMs,
  }
}

/** Read as fast as it is taken; whoever has had enough of it closes the connection. */
function toBytes(body: Readable): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<unknown, unknown> = body[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else if (value instanceof Uint8Array) controller.enqueue(value)
    },
    cancel() {
      body.destroy()
    },
  })
}

function untrustedIn(error: unknown): Untrusted | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof Untrusted) return at
  return undefined
}
