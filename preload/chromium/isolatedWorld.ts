/**
 * What `require('electron')` gives to the preload in the Chromium host: contextBridge and the part of ipcRenderer that the preload uses,
 * with Electron's own semantics. Runs in an isolated world of the page's process; the page cannot see it.
 */
// eslint-disable-next-line no-restricted-imports -- types alone: what is stood in for
import type { ContextBridge } from 'electron'
import { createCodec } from './codec.ts'
import type { Delivered, Outgoing, Settled } from './wire.ts'
import { createWorldChannel, type PlainError, type Shape, type WorldEvents } from './worlds.ts'

type Listener = (event: object, ...args: unknown[]) => void
type AnyFunction = (...args: unknown[]) => unknown

/** What main calls in this world (main/platform/chromium/window.ts); each is one Runtime.evaluate. */
export interface IsolatedWorld {
  settle(text: string): void
  deliver(text: string): void
}

const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function'

const toPlainError = (error: unknown): PlainError =>
  error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) }

/** `rawSend` is the binding to main: the only way out of this world. */
export function startIsolatedWorld(secret: string, rawSend: (text: string) => void): { world: IsolatedWorld; electron: object } {
  const codec = createCodec({
    fromBytes: (bytes) => bytes.toBase64(),
    toBytes: (text) => Uint8Array.fromBase64(text),
  })
  const worlds = createWorldChannel(secret)
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const listeners = new Map<string, Set<Listener>>()
  const functions: AnyFunction[] = []
  const exposed: WorldEvents['expose'][] = []
  let calls = 0
  let promises = 0

  const post = (message: Outgoing): void => rawSend(codec.encode(message))

  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise<unknown>((resolve, reject) => {
        const call = ++calls
        post([call, channel, args])
        waiting.set(call, { resolve, reject })
      }),
    send: (channel: string, ...args: unknown[]) => post([0, channel, args]),
    on: (channel: string, listener: Listener) => {
      const known = listeners.get(channel) ?? new Set()
      listeners.set(channel, known.add(listener))
      return ipcRenderer
    },
  }

  const toShape = (value: unknown): Shape => {
    if (isFunction(value)) return { kind: 'function', id: functions.push(value) - 1 }
    if (Array.isArray(value)) return { kind: 'list', items: value.map(toShape) }
    if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
      return { kind: 'object', members: Object.entries(value).map(([name, member]) => [name, toShape(member)]) }
    }
    return { kind: 'value', value }
  }

  const answerLater = (result: Promise<unknown>): number => {
    const promise = ++promises
    result.then(
      (value) => worlds.emit('settled', { promise, ok: true, value }),
      (error: unknown) => worlds.emit('settled', { promise, ok: false, error: toPlainError(error) }),
    )
    return promise
  }

  worlds.on('ready', () => {
    for (const api of exposed) worlds.emit('expose', api)
  })
  worlds.on('call', ({ id, args, callbacks }) => {
    for (const [position, callback] of callbacks) {
      args[position] = (...given: unknown[]) => worlds.emit('callback', { id: callback, args: given })
    }
    try {
      const result = functions[id]?.(...args)
      if (result instanceof Promise) worlds.emit('outcome', { kind: 'promised', promise: answerLater(result) })
      else worlds.emit('outcome', { kind: 'returned', shape: toShape(result) })
    } catch (error) {
      worlds.emit('outcome', { kind: 'threw', error: toPlainError(error) })
    }
  })

  const contextBridge: Pick<ContextBridge, 'exposeInMainWorld'> = {
    exposeInMainWorld: (name, api) => {
      const announced = { name, shape: toShape(api) }
      exposed.push(announced)
      // The page's half may have started before this one, or start later and ask.
      worlds.emit('expose', announced)
    },
  }

  const world: IsolatedWorld = {
    settle: (text) => {
      // eslint-disable-next-line typescript/no-unsafe-type-assertion -- only main can call this, in this form
      const settled = codec.decode(text) as Settled
      const waiter = waiting.get(settled.call)
      waiting.delete(settled.call)
      if (settled.ok) waiter?.resolve(settled.value)
      else waiter?.reject(Object.assign(new Error(settled.error.message), { name: settled.error.name }))
    },
    deliver: (text) => {
      // eslint-disable-next-line typescript/no-unsafe-type-assertion -- only main can call this, in this form
      const [channel, args] = codec.decode(text) as Delivered
      for (const listener of listeners.get(channel) ?? []) listener({}, ...args)
    },
  }
  return { world, electron: { contextBridge, ipcRenderer } }
}
