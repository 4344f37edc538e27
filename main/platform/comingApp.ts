/** An app that is still being made: a window opens meanwhile, and what it asks waits. */
import type { App } from '../app.ts'

/** If the app cannot be made, whoever asked is told by the same error. */
export function comingApp(made: Promise<App>): App {
  /** Begins with the app, unless it was ended before. Returns what ends it. */
  function later(begin: (app: App) => () => void): () => void {
    let isStopped = false
    const begun = made.then(
      (app) => (isStopped ? undefined : begin(app)),
      () => undefined,
    )
    return () => {
      isStopped = true
      void begun.then((stop) => stop?.())
    }
  }

  return {
    call: async (name, input) => (await made).call(name, input),
    fetch: async (gatewayId, request) => (await made).fetch(gatewayId, request),
    onChange: (listener) => later((app) => app.onChange(listener)),
    receiveFrame: (frame) => void made.then((app) => app.receiveFrame(frame)).catch(() => undefined),
    connectWindow: (send) => later((app) => app.connectWindow(send)),
    openLink: (url) => void made.then((app) => app.openLink(url)).catch(() => undefined),
    opened: made.then(({ opened }) => opened),
    close: async () => (await made).close(),
  }
}
