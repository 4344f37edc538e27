/**
 * Answers the command line for as long as a console (or a command line with an app of its own) runs: the store belongs to one process, so the
 * others ask that one. It is the same door as the window's. Whatever arrives is hostile until it is checked: short lines of a fixed form, few
 * connections, few calls at a time, and one that does not keep to it is cut off.
 */
import { chmodSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { Attempt } from '../../preload/contract/sessions.ts'
import type { App } from '../app.ts'
import { CallError } from '../callError.ts'
import { Asked, claimEndpoint, protocol, type Told } from './commandEndpoint.ts'
import { readLines, writeLine } from './jsonLines.ts'

type Served = Pick<App, 'call' | 'onChange' | 'fetch'>

export const limits = {
  /** The longest input is an OpenSSH configuration of 2 MB, which JSON may make longer. */
  lineBytes: 6 * 1024 * 1024,
  connections: 16,
  callsAtOnce: 32,
  /** For the first whole line. */
  patienceMs: 5000,
  /** What a client that does not read may leave with us. */
  unreadBytes: 32 * 1024 * 1024,
}

/** `app` holds the store of this folder. Answers the function that ends it. Throws when there can be no socket here. */
export async function serveCommands(
  app: Served,
  folder: string,
  platform: NodeJS.Platform = process.platform,
): Promise<() => Promise<void>> {
  const endpoint = claimEndpoint(folder, platform)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(app, socket)
  })
  server.maxConnections = limits.connections
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>()
  server.once('listening', resolve).once('error', reject)
  server.listen(endpoint)
  await listening
  // A connection that fails while it is accepted is not this console's end.
  server.on('error', () => undefined)
  // SECURITY: the folder is 0700 already; this holds where it was made otherwise.
  if (platform !== 'win32') chmodSync(endpoint, 0o600)
  return async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((done) => server.close(() => done()))
  }
}

function serve(app: Served, socket: Socket): void {
  /** Connects that began here: when their terminal goes away, nobody is left to answer or to end them. */
  const attempts = new Set<string>()
  let running = 0
  const tell = (told: Told) => writeLine(socket, told)
  const cut = () => void socket.destroy()
  const patience = setTimeout(cut, limits.patienceMs)
  socket.on('error', () => undefined)
  const silence = app.onChange((topic) => {
    if (socket.writableLength > limits.unreadBytes) cut()
    else void tell({ topic })
  })
  socket.on('close', () => {
    clearTimeout(patience)
    silence()
    for (const attemptId of attempts) void endAttempt(app, attemptId)
  })
  readLines(socket, limits.lineBytes, take, cut)
  void tell({ gatehouse: protocol })

  function take(value: unknown): void {
    const asked = Asked.safeParse(value)
    if (!asked.success || running >= limits.callsAtOnce) {
      cut()
      return
    }
    clearTimeout(patience)
    running++
    void answer(asked.data).finally(() => running--)
  }

  async function answer(asked: Asked): Promise<void> {
    const { id } = asked
    if ('api' in asked) {
      await answerApi(id, asked.api)
      return
    }
    const reply = await app.call(asked.call, asked.input)
    if (asked.call === 'sessions.connect' && reply.ok) remember(asked.input)
    await tell({ id, ...reply })
  }

  async function answerApi(id: number, { gatewayId, request }: Extract<Asked, { api: unknown }>['api']): Promise<void> {
    try {
      const response = await app.fetch(gatewayId, request)
      await tell({ id, head: { status: response.status, contentType: response.headers.get('content-type') ?? '' } })
      for await (const bytes of response.body ?? []) {
        if (socket.destroyed) return
        await tell({ id, chunk: Buffer.from(bytes).toString('base64') })
      }
      await tell({ id, end: true })
    } catch (error) {
      await tell(error instanceof CallError ? { id, ok: false, failure: error.failure } : { id, end: false })
    }
  }

  function remember(input: unknown): void {
    if (typeof input !== 'object' || input === null || !('attemptId' in input) || typeof input.attemptId !== 'string') return
    attempts.add(input.attemptId)
    if (socket.destroyed) void endAttempt(app, input.attemptId)
  }
}

/** Stops it where it is, and ends what it led to. What is over already stays as it is. */
async function endAttempt(app: Pick<App, 'call'>, attemptId: string): Promise<void> {
  const reply = await app.call('sessions.attempt', { attemptId })
  const outcome = reply.ok ? Attempt.parse(reply.value).outcome : undefined
  if (outcome?.kind === 'inside') await app.call('sessions.close', { sessionId: outcome.sessionId })
  else await app.call('sessions.cancel', { attemptId })
}

type Asked = ReturnType<typeof Asked.parse>
