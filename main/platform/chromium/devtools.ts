/**
 * A client of the Chrome DevTools Protocol over a pair of pipes: no TCP port that another program could connect to.
 * https://chromedevtools.github.io/devtools-protocol/
 */
import type { Readable, Writable } from 'node:stream'
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js'
import { createMessageReader, toMessage } from './messages.ts'

type Commands = ProtocolMapping.Commands
type Events = ProtocolMapping.Events
type EventParams<Method extends keyof Events> = Events[Method] extends [infer Params] ? Params : undefined

/** A message as it is on the pipe. */
export interface WireMessage {
  id?: number
  sessionId?: string
  method?: string
  params?: unknown
  result?: unknown
  error?: { message: string }
}

/** One conversation: with the browser, or with one of its targets. */
export interface DevtoolsSession {
  /** Rejects when Chromium refuses the command or is gone. */
  send<Method extends keyof Commands>(method: Method, ...params: Commands[Method]['paramsType']): Promise<Commands[Method]['returnType']>
  on<Method extends keyof Events>(method: Method, listener: (params: EventParams<Method>) => void): void
}

export interface Devtools extends DevtoolsSession {
  session(sessionId: string): DevtoolsSession
  /** Resolves when the pipe is closed: Chromium is gone. */
  readonly closed: Promise<void>
  /** Sends for a second client on the same pipe and returns the message's id; answers come to `tap`. */
  sendRaw(message: { method: string; params?: unknown; sessionId: string }): number
  /** Sees each message first; one that returns true has taken it. Returns the function that ends it. */
  tap(claim: (message: WireMessage) => boolean): () => void
}

/** Chromium is ours, started by us: its messages are taken to be what its protocol says. */
// eslint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters -- the one place for it; see above
const trusted = <Type>(value: unknown): Type => value as Type

const key = (method: string, sessionId = ''): string => `${sessionId} ${method}`

export function connectDevtools(pipe: { write: Writable; read: Readable }): Devtools {
  const pending = new Map<number, { method: string; resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  const listeners = new Map<string, ((params: unknown) => void)[]>()
  const taps = new Set<(message: WireMessage) => boolean>()
  const closed = Promise.withResolvers<void>()
  let lastId = 0
  let open = true

  const receive = (message: WireMessage): void => {
    for (const claim of taps) if (claim(message)) return
    if (message.id === undefined) {
      for (const listener of listeners.get(key(message.method ?? '', message.sessionId)) ?? []) listener(message.params)
      return
    }
    const waiter = pending.get(message.id)
    pending.delete(message.id)
    if (message.error) waiter?.reject(new Error(`${waiter.method}: ${message.error.message}`))
    else waiter?.resolve(message.result)
  }

  const post = (message: object): number => {
    const id = ++lastId
    pipe.write.write(toMessage({ ...message, id }))
    return id
  }

  const sessionOf = (sessionId?: string): DevtoolsSession => ({
    send: (method, params?: unknown) =>
      new Promise((resolve, reject) => {
        if (!open) return reject(new Error(`${method}: Chromium is gone`))
        pending.set(post({ method, params, sessionId }), { method, resolve: (result) => resolve(trusted(result)), reject })
      }),
    on: (method, listener) => {
      const name = key(method, sessionId)
      listeners.set(name, [...(listeners.get(name) ?? []), (params) => listener(trusted(params))])
    },
  })

  pipe.read.on(
    'data',
    createMessageReader((text) => receive(trusted(JSON.parse(text)))),
  )
  pipe.read.once('close', () => {
    open = false
    for (const { method, reject } of pending.values()) reject(new Error(`${method}: Chromium is gone`))
    pending.clear()
    closed.resolve()
  })
  // The end of the process is told by the other pipe; EPIPE here says the same thing again.
  pipe.write.on('error', () => {})
  pipe.read.on('error', () => {})

  return {
    ...sessionOf(),
    session: sessionOf,
    closed: closed.promise,
    sendRaw: post,
    tap: (claim) => {
      taps.add(claim)
      return () => void taps.delete(claim)
    },
  }
}
