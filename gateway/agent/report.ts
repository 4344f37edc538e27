/** The talk with the gateway that never ends: what the machine is, and what it is told to do; and what came of challenges, told until it is heard. */
import { AgentChallenge, AgentOrders, type AgentReport, type ChallengeEvent } from '../contract/challenges.ts'
import { Refused, type GatewayClient } from './gatewayClient.ts'
import type { LedgerFile } from './ledger.ts'
import type { Log } from './log.ts'

export interface Talk {
  /** Ends when `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>
  /** Something of the report changed: it is sent again at once. */
  changed(): void
  /** Kept until the gateway has heard it. */
  tell: (challengeId: string, event: ChallengeEvent) => Promise<void>
  readonly state: { reachedAt: number | undefined; fault: string }
}

const waitS = 25
const pausesMs = [1000, 2000, 5000, 10_000, 30_000]

export function createTalk(deps: {
  client: GatewayClient
  ledger: LedgerFile
  report: () => Promise<AgentReport>
  obey: (orders: AgentOrders) => Promise<void>
  log: Log
}): Talk {
  const { client, ledger, report, obey, log } = deps
  const state: Talk['state'] = { reachedAt: undefined, fault: '' }
  let poll = new AbortController()
  let version = ''
  let telling: Promise<void> = Promise.resolve()

  async function tellOne(challengeId: string, body: ChallengeEvent): Promise<void> {
    try {
      await client.ask(AgentChallenge, { method: 'POST', target: `/v1/agent/challenges/${challengeId}/events`, body })
    } catch (error) {
      // It understood and does not want it: telling it again would change nothing.
      if (!(error instanceof Refused) || error.code === 'busy' || error.code === 'internal') throw error
    }
  }

  async function tellAll(): Promise<void> {
    for (let first = ledger.now.owed[0]; first; first = ledger.now.owed[0]) {
      const { challengeId, event } = first
      await tellOne(challengeId, event)
      await ledger.change((now) => now.owed.shift())
    }
  }

  function flush(): Promise<void> {
    telling = telling.then(tellAll).catch((error: unknown) => log('an event could not be told yet', error))
    return telling
  }

  async function once(signal: AbortSignal): Promise<void> {
    poll = new AbortController()
    const stop = () => poll.abort()
    signal.addEventListener('abort', stop, { once: true })
    try {
      const target = `/v1/agent/report?after=${encodeURIComponent(version)}&waitS=${waitS}`
      const body = await report()
      const orders = await client.ask(AgentOrders, { method: 'PUT', target, body, timeoutMs: (waitS + 10) * 1000, signal: poll.signal })
      state.reachedAt = Date.now()
      state.fault = ''
      await flush()
      await obey(orders)
      version = orders.version
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  return {
    state,
    changed: () => poll.abort(),
    async tell(challengeId, event) {
      await ledger.change((now) => now.owed.push({ challengeId, event }))
      // Not waited for: a gateway that is away must not hold up whoever tells.
      void flush()
    },
    async run(signal) {
      let failures = 0
      while (!signal.aborted) {
        const began = Date.now()
        let pauseMs = 0
        try {
          await once(signal)
          failures = 0
          // Answers may come early; two reports a second are enough.
          pauseMs = Math.max(0, 500 - (Date.now() - began))
        } catch (error) {
          if (poll.signal.aborted) pauseMs = Math.max(0, 500 - (Date.now() - began))
          else {
            state.fault = error instanceof Error ? error.message : String(error)
            if (failures === 0) log('the gateway does not answer', error)
            pauseMs = pausesMs[Math.min(failures, pausesMs.length - 1)] ?? 0
            failures += 1
          }
        }
        await pause(pauseMs, signal)
      }
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
