/** An app with nothing behind its doors: it records what a host brings, and answers what the test says. */
import type { App } from '../../../../main/app.ts'
import type { PipeFrame, Reply, Topic } from '../../../../preload/contract.ts'

export interface StandInApp extends App {
  readonly called: { name: unknown; input: unknown }[]
  readonly frames: unknown[]
  readonly links: string[]
  readonly state: { windows: number; closed: boolean }
  ring(topic: Topic): void
  /** Resolves when the window has taken the frame. */
  sendFrame(frame: PipeFrame): Promise<void>
}

export function standInApp(answer: (name: unknown, input: unknown) => Promise<Reply> = async () => ({ ok: true, value: {} })): StandInApp {
  const listeners = new Set<(topic: Topic) => void>()
  const windows = new Set<(frame: PipeFrame) => Promise<void> | void>()
  const app: StandInApp = {
    called: [],
    frames: [],
    links: [],
    state: { windows: 0, closed: false },
    call: async (name, input) => {
      app.called.push({ name, input })
      return answer(name, input)
    },
    fetch: () => Promise.reject(new Error('a window has no way to ask a gateway itself')),
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    receiveFrame: (frame) => void app.frames.push(frame),
    connectWindow: (send) => {
      windows.add(send)
      app.state.windows++
      return () => {
        windows.delete(send)
        app.state.windows--
      }
    },
    opened: Promise.resolve(),
    openLink: (url) => void app.links.push(url),
    close: async () => {
      app.state.closed = true
    },
    ring: (topic) => {
      for (const listener of listeners) listener(topic)
    },
    sendFrame: async (frame) => {
      for (const send of windows) await send(frame)
    },
  }
  return app
}
