import type { Api, RouteParts } from './routes.ts'

const heartbeatMs = 15_000
/** Events that wait for a reader. */
const mostUnread = 64

/**
 * GET /v1/events: server-sent events (HTML, 9.2), with a comment every 15 s so that a dead connection is told from a quiet one. It is no part of the
 * API's document, which cannot say what a stream carries. A stream ends when its person is disabled or its key removed.
 */
export function addEventRoute(api: Api, { events, people, closing }: RouteParts): void {
  api.get('/v1/events', (context) => {
    const { person } = context.env.caller
    const lastId = context.req.header('last-event-id') ?? ''
    const ended = new AbortController()
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const end = (): void => {
          if (ended.signal.aborted) return
          ended.abort()
          controller.close()
        }
        const write = (text: string): void => {
          if (ended.signal.aborted) return
          // Who does not read gets no more: what changed is told when the stream is asked for again.
          if ((controller.desiredSize ?? 0) < -mostUnread) end()
          else controller.enqueue(Buffer.from(text))
        }
        const stopListening = events.listen(({ id, topic }) => {
          write(toText(id, topic))
          if (topic === 'people' && person !== undefined) void endUnlessKnown(person.thumbprint, end)
        })
        const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs)
        closing.addEventListener('abort', end, { signal: ended.signal })
        ended.signal.addEventListener('abort', () => {
          stopListening()
          clearInterval(heartbeat)
        })
        for (const { id, topic } of events.since(lastId)) write(toText(id, topic))
      },
      cancel: () => ended.abort(),
    })
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    })
  })

  async function endUnlessKnown(thumbprint: string, end: () => void): Promise<void> {
    if ((await people.find(thumbprint).catch(() => undefined)) === undefined) end()
  }
}

function toText(id: string, topic: string): string {
  return `id: ${id}\ndata: ${topic}\n\n`
}
