/** The gateway of this desk: embedded, without an open port, and whoever sits here administers it (docs/decisions/0005). */
import { join } from 'node:path'
import type { Caller } from '../gateway/api.ts'
import { gatewayFingerprint } from '../gateway/identity.ts'
import { beginLater } from './beginLater.ts'
import { createGatewayKey } from './gatewayKey.ts'
import type { Log } from './log.ts'
import type { Ports } from './ports.ts'
import { createGatewayProvider } from './providers/gateway/provider.ts'
import type { Provider } from './providers/provider.ts'

const thisComputer = '127.0.0.1'

export interface Desk {
  /** Whatever is asked of it waits until it is open. */
  readonly provider: Provider
  /** Rejects with the gateway's StoreError when its store is in use by another console, newer than this one, or damaged. */
  readonly opened: Promise<void>
}

/** Opens when `mayOpen` resolves. */
export function openDesk({ clock, secrets, info }: Pick<Ports, 'clock' | 'secrets' | 'info'>, log: Log, mayOpen: Promise<void>): Desk {
  const key = createGatewayKey(secrets, log)
  const gateway = mayOpen.then(async () => {
    // A large part of the console's code, which nobody else needs: read when it is.
    const { createGateway } = await import('../gateway/server.ts')
    return createGateway({
      dataFolder: join(info.dataFolder, 'gateway'),
      clock,
      log: { info: (text, facts) => log.info({ gateway: facts }, text), error: (text, facts) => log.error({ gateway: facts }, text) },
      key,
    })
  })
  const opened = gateway.then(() => undefined)
  // Told to whoever asks; nobody needs to.
  opened.catch(() => undefined)
  const caller: Caller = { technician: info.user, roles: ['gatewayAdmin'], address: thisComputer }
  const provider = createGatewayProvider({
    id: 'desk',
    name: 'This desk',
    technician: info.user,
    roles: () => caller.roles,
    url: 'http://desk.internal',
    fetch: async (request) => (await gateway).fetch(request, caller),
    onChange: (listener) => beginLater(gateway, (open) => open.onChange(listener)),
    logKey: {
      whenLookedAt: true,
      async fingerprint() {
        const its = await key()
        return its && gatewayFingerprint(its)
      },
    },
    close: async () => (await gateway.catch(() => undefined))?.close(),
  })
  return { provider, opened }
}
