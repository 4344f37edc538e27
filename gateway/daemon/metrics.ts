/** What a gateway counts, as Prometheus reads it. No name of a person or machine is ever a label. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'
import type { Distrust } from '../authentication.ts'

export interface Metrics {
  countRequest(method: string, status: number, seconds: number): void
  countRefusal(distrust: Distrust): void
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
    text: () => register.metrics(),
  }
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
