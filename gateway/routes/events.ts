import type { Api, RouteParts } from './routes.ts'

const heartbeatMs = 15_000

/**
 * GET /v1/events: server-sent events (HTML, 9.2), with a comment every 15 s so that a dead connection is told from a quiet one. It is no part of the
 * API's document, which cannot say what a stream carries. A stream ends when its person is disabled or its key removed.
 */
export function addEventRoute(api: Api, { events, people, closing }: RouteParts): void {
  api.get('/v1/events', (context) => {
    const { person } = context.env.caller
    const lastId = context.req.header('last-event-id') ?? ''
    const encoder = new TextEncoder()
    let stop = (): void => {}
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const write = (text: string): void => {
          // Who does not read gets no more: it is told anew when it comes again.
          if ((controller.desiredSize ?? 0) < -64) end()
          else controller.enqueue(encoder.encode(text))
        }
        const end = (): void => {
          stop()
          controller.close()
        }
        const stopListening = events.listen(({ id, topic }) => {
          write(`id: ${id}\ndata: ${topic}\n\n`)
          if (topic === 'people' && person !== undefined) void endUnlessKnown(person.thumbprint)
        })
        async function endUnlessKnown(thumbprint: string): Promise<void> {
          if ((await people.find(thumbprint).catch(() => undefined)) === undefined && !isStopped) end()
        }
        let isStopped = false
        const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs)
        stop = () => {
          isStopped = true
          stop = () => {}
          stopListening()
          clearInterval(heartbeat)
          closing.removeEventListener('abort', end)
        }
        closing.addEventListener('abort', end)
        for (const { id, topic } of events.since(lastId)) write(`id: ${id}\ndata: ${topic}\n\n`)
      },
      cancel: () => stop(),
    })
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    })
  })
}
