/**
 * The page's half of contextBridge in the Chromium host: builds the exposed API out of the shapes that the isolated world announces.
 * Runs before any script of the page.
 */
import { createWorldChannel, type Outcome, type PlainError, type Shape } from './worlds.ts'

const isFunction = (value: unknown): value is (...args: unknown[]) => unknown => typeof value === 'function'

const toError = ({ name, message }: PlainError): Error => Object.assign(new Error(message), { name })

export function startMainWorld(secret: string): void {
  const worlds = createWorldChannel(secret)
  const clone = structuredClone
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const callbacks: ((...args: unknown[]) => unknown)[] = []
  let outcome: Outcome | undefined

  const build = (shape: Shape): unknown => {
    switch (shape.kind) {
      case 'function':
        return (...args: unknown[]) => call(shape.id, args)
      case 'list':
        return Object.freeze(shape.items.map(build))
      case 'object':
        return Object.freeze(Object.fromEntries(shape.members.map(([name, member]) => [name, build(member)])))
      case 'value':
        return shape.value
    }
  }

  const call = (id: number, given: unknown[]): unknown => {
    const handed: [number, number][] = []
    const args = given.map((arg, position) => {
      if (!isFunction(arg)) return arg
      handed.push([position, callbacks.push(arg) - 1])
      return null
    })
    outcome = undefined
    // Cloning here makes what cannot be cloned throw at the caller; the event alone would deliver null.
    worlds.emit('call', clone({ id, args, callbacks: handed }))
    const answer = outcome as Outcome | undefined
    outcome = undefined
    if (!answer) throw new Error('The bridge is gone.')
    if (answer.kind === 'threw') throw toError(answer.error)
    if (answer.kind === 'returned') return build(answer.shape)
    return new Promise((resolve, reject) => waiting.set(answer.promise, { resolve, reject }))
  }

  worlds.on('expose', ({ name, shape }) =>
    Object.defineProperty(globalThis, name, { value: build(shape), enumerable: true, configurable: false, writable: false }),
  )
  worlds.on('outcome', (answer) => (outcome = answer))
  worlds.on('settled', (result) => {
    const waiter = waiting.get(result.promise)
    waiting.delete(result.promise)
    if (result.ok) waiter?.resolve(result.value)
    else waiter?.reject(toError(result.error))
  })
  worlds.on('callback', ({ id, args }) => void callbacks[id]?.(...args))
  worlds.emit('ready', null)
}
