/** What the isolated world and the page's world tell each other, in synchronous DOM events whose detail Chromium clones in between. */

/** A value of the exposed API. Functions stay where they are and are named by number. */
export type Shape =
  | { kind: 'function'; id: number }
  | { kind: 'list'; items: Shape[] }
  | { kind: 'object'; members: [name: string, shape: Shape][] }
  | { kind: 'value'; value: unknown }

export interface PlainError {
  name: string
  message: string
}

export type Outcome = { kind: 'returned'; shape: Shape } | { kind: 'promised'; promise: number } | { kind: 'threw'; error: PlainError }

/** Each event's detail, by the event's name. */
export interface WorldEvents {
  /** The page's half is there. */
  ready: null
  expose: { name: string; shape: Shape }
  /** `callbacks` are the positions of arguments that are functions of the page, and their numbers. */
  call: { id: number; args: unknown[]; callbacks: [position: number, id: number][] }
  outcome: Outcome
  settled: { promise: number } & ({ ok: true; value: unknown } | { ok: false; error: PlainError })
  callback: { id: number; args: unknown[] }
}

export interface WorldChannel {
  emit<Name extends keyof WorldEvents>(name: Name, detail: WorldEvents[Name]): void
  on<Name extends keyof WorldEvents>(name: Name, listener: (detail: WorldEvents[Name]) => void): void
}

/**
 * The events of one window. `secret` keeps the page's scripts from listening by chance; it is no protection, and none is needed: who
 * sends these events can do what `window.gatehouse` can do. Keeps the functions it needs, as page scripts may replace them later.
 */
export function createWorldChannel(secret: string): WorldChannel {
  const OwnEvent = CustomEvent
  const dispatch = document.dispatchEvent.bind(document)
  const listen = document.addEventListener.bind(document)
  // eslint-disable-next-line typescript/unbound-method -- bound in the next line, to whatever event it is called with
  const detail = Object.getOwnPropertyDescriptor(CustomEvent.prototype, 'detail')?.get
  const detailOf = Function.prototype.call.bind(detail ?? (() => null))
  return {
    emit: (name, value) => void dispatch(new OwnEvent(secret + name, { detail: value })),
    on: (name, listener) => listen(secret + name, (event) => listener(detailOf(event))),
  }
}
