/**
 * A stand-in for `window.gatehouse`, to look at screens in states that are hard to reach (failed, a hundred thousand machines).
 * It is a fake: it answers from the handlers that a preview gives it and keeps the contract's types.
 */
import type { Bridge, CallName, Failure, Input, Output, PipeFrame, Topic } from '../../preload/contract.ts'

export type Handlers = {
  [Name in CallName]?: (input: Input<Name>) => Output<Name> | { failure: Failure } | Promise<Output<Name> | { failure: Failure }>
}

/** `answerFrame` is main's end of every pipe: it sees what the window sends and may deliver. */
export function fakeBridge(
  handlers: Handlers,
  answerFrame?: (frame: PipeFrame, deliver: (frame: PipeFrame) => void) => void,
): Bridge & { ring(topic: Topic): void; deliver(frame: PipeFrame): void } {
  const listeners = new Set<(topic: Topic) => void>()
  const pipes = new Map<string, (frame: PipeFrame) => void>()
  return {
    async call(name, input) {
      const handler = handlers[name]
      if (!handler) return { ok: false, failure: { tag: 'notFound', what: 'call' } }
      const value = await handler(input)
      if (typeof value === 'object' && 'failure' in value && Object.keys(value).length === 1) return { ok: false, failure: value.failure }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a handler's answer is of the call's own type; the guard above cannot tell TypeScript
      return { ok: true, value: value as Output<typeof name> }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    openPipe(pipe, onFrame) {
      pipes.set(pipe, onFrame)
      return {
        send: (frame) => answerFrame?.(frame, (back) => pipes.get(back.pipe)?.(back)),
        leave: () => void pipes.delete(pipe),
      }
    },
    ring(topic) {
      for (const listener of listeners) listener(topic)
    },
    deliver(frame) {
      pipes.get(frame.pipe)?.(frame)
    },
  }
}
