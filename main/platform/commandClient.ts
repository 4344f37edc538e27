/** The way to a console that runs already. */
import { createConnection, type Socket } from 'node:net'
import type { ReadableStreamDefaultController } from 'node:stream/web'
import type { Reply, Topic } from '../../preload/contract.ts'
import type { ApiRequest } from '../apiRequest.ts'
import { CallError } from '../callError.ts'
import { createListeners } from '../listeners.ts'
import { knownEndpoint, Told } from './commandEndpoint.ts'
import { readLines, writeLine } from './jsonLines.ts'

export interface RunningConsole {
  call(name: unknown, input: unknown): Promise<Reply>
  onChange(listener: (topic: Topic) => void): () => void
  fetch(gatewayId: string, request: ApiRequest): Promise<Response>
  close(): Promise<void>
}

/** The longest answer is a page of 200 machines; a line that is longer than this is none of ours. */
const longestLine = 64 * 1024 * 1024
const patienceMs = 3000

interface Waiting {
  reply?: (reply: Reply) => void
  head?: (response: Response) => void
  refused?: (error: Error) => void
  body?: ReadableStreamDefaultController<Uint8Array>
}

/** undefined: no console runs. Rejects when one is there and does not answer, or speaks another version. */
export async function joinConsole(folder: string, platform: NodeJS.Platform = process.platform): Promise<RunningConsole | undefined> {
  const endpoint = knownEndpoint(folder, platform)
  const socket = endpoint === undefined ? undefined : await open(endpoint)
  if (!socket) return undefined
  const waiting = new Map<number, Waiting>()
  const topics = createListeners<Topic>()
  const greeted = Promise.withResolvers<void>()
  let lastId = 0

  socket.on('close', () => {
    greeted.reject(new Error('the console that runs speaks another version than this command line'))
    for (const { reply, refused, body } of waiting.values()) {
      reply?.({ ok: false, failure: gone().failure })
      refused?.(gone())
      body?.error(gone())
    }
    waiting.clear()
  })
  readLines(
    socket,
    longestLine,
    (value) => {
      const told = Told.safeParse(value)
      if (told.success) hear(told.data)
      else socket.destroy()
    },
    () => void socket.destroy(),
  )
  const patience = setTimeout(() => socket.destroy(), patienceMs)
  await greeted.promise.finally(() => clearTimeout(patience))

  function hear(told: Told): void {
    if ('gatehouse' in told) greeted.resolve()
    else if ('topic' in told) topics.tell(told.topic)
    else answer(told)
  }

  function answer(told: Extract<Told, { id: number }>): void {
    const asked = waiting.get(told.id)
    if (!asked) return
    if ('head' in told) {
      const body = new ReadableStream<Uint8Array>({ start: (controller) => void (asked.body = controller) })
      asked.head?.(new Response(body, { status: told.head.status, headers: { 'content-type': told.head.contentType } }))
      return
    }
    if ('chunk' in told) {
      asked.body?.enqueue(Buffer.from(told.chunk, 'base64'))
      return
    }
    waiting.delete(told.id)
    if ('end' in told) {
      if (told.end) asked.body?.close()
      else asked.body?.error(gone())
      if (!told.end) asked.refused?.(gone())
      return
    }
    const reply: Reply = told.ok ? { ok: true, value: told.value } : { ok: false, failure: told.failure }
    asked.reply?.(reply)
    if (!reply.ok) asked.refused?.(new CallError(reply.failure))
  }

  function ask(what: object, answers: Waiting): void {
    lastId++
    waiting.set(lastId, answers)
    if (socket?.destroyed) answers.refused?.(gone())
    else if (socket) void writeLine(socket, { id: lastId, ...what })
  }

  return {
    call: (call, input) =>
      new Promise((reply) => ask({ call, input }, { reply, refused: () => reply({ ok: false, failure: gone().failure }) })),
    onChange: (listener) => topics.listen(listener),
    fetch: (gatewayId, request) => new Promise((head, refused) => ask({ api: { gatewayId, request } }, { head, refused })),
    async close() {
      if (socket.closed) return
      await new Promise<void>((closed) => {
        socket.once('close', () => closed())
        socket.destroy()
      })
    },
  }
}

const gone = () => new CallError({ tag: 'offline', provider: 'console' })

/** undefined: nobody listens. */
async function open(endpoint: string): Promise<Socket | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket | undefined>()
  const socket = createConnection(endpoint)
  socket.once('connect', () => resolve(socket))
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTSOCK') resolve(undefined)
    else reject(error)
  })
  return promise
}
