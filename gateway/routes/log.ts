/** The log for witnesses (AUD-3): its checkpoint, its events in order, proofs, and all of it as a file that proves itself (AUD-5). */
import { createRoute, z } from '@hono/zod-openapi'
import {
  Checkpointed,
  ConsistencyProof,
  ConsistencyQuery,
  EntriesQuery,
  InclusionProof,
  InclusionQuery,
  LogEntries,
} from '../contract/log.ts'
import { answers } from './answers.ts'
import type { Api, RouteParts } from './routes.ts'

const getCheckpoint = createRoute({
  method: 'get',
  path: '/v1/log/checkpoint',
  responses: answers(200, Checkpointed, 'What the log holds now, signed where the gateway has a key (C2SP tlog-checkpoint)'),
})
const listEntries = createRoute({
  method: 'get',
  path: '/v1/log/entries',
  request: { query: EntriesQuery },
  responses: answers(200, LogEntries, 'The events from `from` to before `to`, oldest first, 1,000 at most'),
})
const proveInclusion = createRoute({
  method: 'get',
  path: '/v1/log/proof/inclusion',
  request: { query: InclusionQuery },
  responses: answers(200, InclusionProof, 'That the event at `index` is in the log of `size` events (RFC 6962, 2.1.1)'),
})
const proveConsistency = createRoute({
  method: 'get',
  path: '/v1/log/proof/consistency',
  request: { query: ConsistencyQuery },
  responses: answers(200, ConsistencyProof, 'That the log of `to` events begins with that of `from` (RFC 6962, 2.1.2)'),
})
const getBundle = createRoute({
  method: 'get',
  path: '/v1/log/bundle',
  responses: {
    200: { description: 'The whole log with what proves it, as JSON Lines', content: { 'application/jsonl': { schema: z.string() } } },
  },
})

export function addLogRoutes(api: Api, { transparentLog }: RouteParts): void {
  api.openapi(getCheckpoint, async (context) => context.json(await transparentLog.checkpoint(), 200))
  api.openapi(listEntries, async (context) => {
    const { from, to } = context.req.valid('query')
    return context.json(await transparentLog.entries(from, to), 200)
  })
  api.openapi(proveInclusion, async (context) => {
    const { index, size } = context.req.valid('query')
    return context.json(await transparentLog.inclusion(index, size), 200)
  })
  api.openapi(proveConsistency, async (context) => {
    const { from, to } = context.req.valid('query')
    return context.json(await transparentLog.consistency(from, to), 200)
  })
  // Typed routes take JSON Lines for JSON.
  api.openAPIRegistry.registerPath(getBundle)
  api.get(
    getBundle.getRoutingPath(),
    () => new Response(toStream(transparentLog.bundle()), { headers: { 'content-type': 'application/jsonl' } }),
  )
}

/** Reads on only as the caller takes it, so that a log of any size goes through little memory. */
function toStream(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const next = await texts.next()
      if (next.done === true) controller.close()
      else controller.enqueue(encoder.encode(next.value))
    },
    async cancel() {
      await texts.return(undefined)
    },
  })
}
