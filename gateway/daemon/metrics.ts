/** What a gateway counts, as Prometheus reads it. No name of a person or machine is ever a label. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Distrust } from '../authentication.ts'
import type { Gateway } from '../server.ts'

export interface Metrics {
  countRequest(method: string, status: number, seconds: number): void
  countRefusal(distrust: Distrust): void
  /** From now on it is told whether this gateway serves, and, of several that share a store, who keeps what. */
  watch(gateway: Pick<Gateway, 'isServing' | 'sharing'>): void
  /** Prometheus' text format 0.0.4. */
  text(): Promise<string>
}

const methods: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

export function createMetrics(): Metrics {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const requests = new Histogram({
    name: 'gatehouse_request_seconds',
    help: 'Requests by method and status, and how long they took.',
    labelNames: ['method', 'status'],
    buckets: [0.001, 0.005, 0.015, 0.05, 0.25, 1, 5],
    registers: [register],
  })
  const refusals = new Counter({
    name: 'gatehouse_refused_proofs_total',
    help: 'Requests without a proof that is taken, by what was wrong.',
    labelNames: ['cause'],
    registers: [register],
  })
  return {
    countRequest(method, status, seconds) {
      // A caller could make up methods, and each would be a series of its own.
      requests.observe({ method: methods.includes(method) ? method : 'other', status }, seconds)
    },
    countRefusal: (cause) => refusals.inc({ cause }),
    watch(gateway) {
      watchServing(register, gateway)
      if (gateway.sharing !== undefined) watchSharing(register, gateway.sharing)
    },
    text: () => register.metrics(),
  }
}

function watchServing(register: Registry, gateway: Pick<Gateway, 'isServing'>): void {
  const serving = new Gauge({
    name: 'gatehouse_serving',
    help: '1 while the gateway answers; 0 while it stops, or has lost its place at a store that is shared.',
    registers: [register],
    collect(): void {
      serving.set(gateway.isServing() ? 1 : 0)
    },
  })
}

/** A store that cannot be asked says NaN, which is not the same as none. */
function watchSharing(register: Registry, sharing: NonNullable<Gateway['sharing']>): void {
  const registers = [register]
  const ask = () => sharing.census().catch(() => undefined)
  const gateways = new Gauge({
    name: 'gatehouse_gateways',
    help: 'Gateways of this store that are alive.',
    registers,
    async collect(): Promise<void> {
      gateways.set((await ask())?.gateways ?? Number.NaN)
    },
  })
  const grants = new Gauge({
    name: 'gatehouse_grants',
    help: 'Grants and requests that are not over, by who keeps them: this gateway, another one, or nobody yet.',
    labelNames: ['keeper'],
    registers,
    async collect() {
      const found = await ask()
      for (const keeper of ['here', 'elsewhere', 'nobody'] as const) grants.set({ keeper }, found?.[keeper] ?? Number.NaN)
    },
  })
  const count = (name: string, help: string, counted: () => number): void => {
    let before = 0
    const counter = new Counter({
      name,
      help,
      registers,
      collect() {
        const now = counted()
        counter.inc(now - before)
        before = now
      },
    })
  }
  const lost = 'How often this gateway lost its place at the store, and closed all its gates.'
  count('gatehouse_places_lost_total', lost, () => sharing.counts().lost)
  const takenOver = 'Grants that this gateway took over from one that was gone.'
  count('gatehouse_grants_taken_over_total', takenOver, () => sharing.counts().takenOver)
}

/** GET /metrics on this computer's own address: whoever may log in here may know how the gateway is doing. */
export async function serveMetrics(metrics: Metrics, port: number): Promise<Server> {
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, resolve)
  })
  return server
}
