/** What the agent asks its gateway: with a proof by the machine's key on every request, and nothing believed that does not parse. */
import { z } from 'zod'
import { Problem } from '../api.ts'
import { bodyDigest, nonceHeader, proofHeader } from '../contract/proof.ts'
import type { MachineKey } from './machineKey.ts'
import { exchange, type Answer } from './pinnedConnection.ts'

/** By what the gateway is known. */
export interface Gateway {
  address: string
  fingerprint: string
  pins: readonly string[]
}

/** The gateway understood and said no. */
export class Refused extends Error {
  readonly code: Problem['code']
  readonly reason: string
  constructor({ code, title, reason = '' }: Problem) {
    super(reason === '' ? title : `${title} (${reason})`)
    this.name = 'Refused'
    this.code = code
    this.reason = reason
  }
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT'
  /** With its query. */
  target: string
  body?: object
  timeoutMs?: number
  /** The call is given up. */
  signal?: AbortSignal
}

export interface GatewayClient {
  /** Throws Refused, or whatever the network throws. */
  ask<Output>(answer: z.ZodType<Output>, call: Call): Promise<Output>
  /** An instant of the gateway's by this machine's clock, in milliseconds: a machine that is slow must not give anybody more time. */
  localTime(instant: string): number
}

const usualMs = 10_000
/** A clock that differs less than this is not corrected. */
const toleratedMs = 5000

export function createGatewayClient(gateway: () => Gateway, key: MachineKey, { isFresh = false } = {}): GatewayClient {
  let nonce = ''
  /** What the gateway's clock is ahead of ours, in milliseconds. */
  let aheadMs = 0

  function send({ method, target }: Call, body: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const { address, fingerprint, pins } = gateway()
    const iat = Math.floor((Date.now() + aheadMs) / 1000)
    const proof = key.prove({ htm: method, htu: target, bd: bodyDigest(body), iat, aud: fingerprint, nonce }, isFresh)
    return exchange({ address, pins, method, target, headers: { accept: 'application/json', [proofHeader]: proof }, body, signal })
  }

  /** Takes over nonce and time from a refusal. False: the request had them right, so it was refused for something else. */
  function learn({ headers }: Answer, sent: { nonce: string; aheadMs: number }): boolean {
    const told = headers[nonceHeader] ?? ''
    const theirs = Date.parse(headers['date'] ?? '')
    const ahead = Number.isNaN(theirs) ? sent.aheadMs : theirs - Date.now()
    const isOff = Math.abs(ahead - sent.aheadMs) > toleratedMs
    nonce = told
    if (isOff) aheadMs = ahead
    return isOff || told !== sent.nonce
  }

  return {
    localTime: (instant) => Date.parse(instant) - aheadMs,
    async ask(schema, call) {
      const body = call.body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(call.body))
      const timeout = AbortSignal.timeout(call.timeoutMs ?? usualMs)
      const signal = call.signal ? eitherOf(call.signal, timeout) : timeout
      // Others may learn while this is under way.
      const sent = { nonce, aheadMs }
      let answer = await send(call, body, signal)
      // What was refused was not done, so it can be asked again whatever it is.
      if (answer.status === 401 && learn(answer, sent)) answer = await send(call, body, signal)
      const json = parse(answer.text)
      if (answer.status >= 200 && answer.status < 300) return schema.parse(json)
      const problem = Problem.safeParse(json)
      if (problem.success) throw new Refused(problem.data)
      throw new Error(`the gateway answered ${answer.status} without saying why`)
    },
  }
}

/** AbortSignal.any is younger than Node 18. */
function eitherOf(first: AbortSignal, second: AbortSignal): AbortSignal {
  const controller = new AbortController()
  for (const signal of [first, second]) {
    if (signal.aborted) controller.abort()
    signal.addEventListener('abort', () => controller.abort(), { once: true })
  }
  return controller.signal
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}
