/** An app that also answers the command line (commandServer.ts): what every host starts. */
import { createApp, type App } from '../app.ts'
import type { Ports } from '../ports.ts'
import { serveCommands } from './commandServer.ts'

/** Throws what createApp throws. Without a socket the console is whole, but for the command line, which then says that the console is open. */
export async function createServedApp(ports: Ports, options?: Parameters<typeof createApp>[1]): Promise<App> {
  const app = await createApp(ports, options)
  const stop = await serveCommands(app, ports.info.dataFolder).catch((error: unknown) => {
    process.emitWarning(`the command line cannot reach this console: ${String(error)}`)
  })
  return {
    ...app,
    async close() {
      await stop?.()
      await app.close()
    },
  }
}
