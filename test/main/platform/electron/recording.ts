/** A stand-in for an object of Electron's that records what is done to it. */

export interface Recording<Type> {
  /** For the code under test. */
  object: Type
  /** Calls in order: member's path, arguments. */
  calls: [name: string, ...args: unknown[]][]
  /** The arguments of every call of a member. */
  of(name: string): unknown[][]
  /** Calls the listeners that were given to `on` or `once`, with what an event would bring. */
  emit(event: string, ...args: unknown[]): void
}

type Callable = (...args: unknown[]) => unknown

const isCallable = (value: unknown): value is Callable => typeof value === 'function'

/** A function that the code under test handed over. */
export function callable(value: unknown): Callable {
  if (!isCallable(value)) throw new Error('no function was handed over')
  return value
}

/** Stand-ins look like functions; as an answer they are a value. */
const stands = new WeakSet<object>()

/** `answers` gives values to members by path ("webContents.isDestroyed"): a function is called, anything else is the value itself. */
export function recording<Type extends object>(answers: Record<string, unknown> = {}): Recording<Type> {
  const calls: Recording<Type>['calls'] = []
  const answerOf = (name: string): Callable | undefined => {
    const answer = answers[name]
    return isCallable(answer) && !stands.has(answer) ? answer : undefined
  }
  const stand = (name: string): object => {
    // Not an arrow function: some members are called with `new`.
    const call = function (...args: unknown[]): unknown {
      calls.push([name, ...args])
      return answerOf(name)?.(...args)
    }
    const made = new Proxy(call, {
      get: (_target, member) => {
        if (typeof member === 'symbol' || member === 'then') return undefined
        const path = name === '' ? member : `${name}.${member}`
        return path in answers && !answerOf(path) ? answers[path] : stand(path)
      },
      construct: (_target, args: unknown[]) => {
        calls.push([`new ${name}`, ...args])
        const answer = answerOf(`new ${name}`)?.()
        return isCallable(answer) ? answer : stand(name)
      },
    })
    stands.add(made)
    return made
  }
  const of = (name: string): unknown[][] => calls.filter(([called]) => called === name).map(([, ...args]) => args)
  return {
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- the point of it: Electron's objects have hundreds of members, and few are used
    object: stand('') as Type,
    calls,
    of,
    emit: (event, ...args) => {
      const listeners = [...of('on'), ...of('once')].filter(([name]) => name === event)
      if (listeners.length === 0) throw new Error(`nobody listens for ${event}`)
      for (const [, listener] of listeners) callable(listener)(...args)
    },
  }
}
