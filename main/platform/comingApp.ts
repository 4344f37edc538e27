/** An app that is still being made: a window opens meanwhile, and what it asks waits. */
import type { App } from '../app.ts'
import { beginLater } from '../beginLater.ts'

/** If the app cannot be made, whoever asked is told by the same error. */
export function comingApp(made: Promise<App>): App {
  return {
    call: async (name, input) => (await made).call(name, input),
    fetch: async (gatewayId, request) => (await made).fetch(gatewayId, request),
    onChange: (listener) => beginLater(made, (app) => app.onChange(listener)),
    receiveFrame: (frame) => void made.then((app) => app.receiveFrame(frame)).catch(() => undefined),
    connectWindow: (send) => beginLater(made, (app) => app.connectWindow(send)),
    openLink: (url) => void made.then((app) => app.openLink(url)).catch(() => undefined),
    opened: made.then(({ opened }) => opened),
    close: async () => (await made).close(),
  }
}
