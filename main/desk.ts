/** The gateway of this desk: embedded, without an open port, and whoever sits here administers it (docs/decisions/0005). */
import { join } from 'node:path'
import type { Caller } from '../gateway/api.ts'
import { gatewayFingerprint } from '../gateway/identity.ts'
import { createGateway } from '../gateway/server.ts'
import { createGatewayKey } from './gatewayKey.ts'
import type { Log } from './log.ts'
import type { Ports } from './ports.ts'
import { createGatewayProvider } from './providers/gateway/provider.ts'
import type { Provider } from './providers/provider.ts'

const thisComputer = '127.0.0.1'

/** Throws the gateway's StoreError when its store is in use by another console, newer than this one, or damaged. */
export async function openDesk({ clock, secrets, info }: Pick<Ports, 'clock' | 'secrets' | 'info'>, log: Log): Promise<Provider> {
  const key = createGatewayKey(secrets, log)
  const gateway = await createGateway({
    dataFolder: join(info.dataFolder, 'gateway'),
    clock,
    log: { info: (text, facts) => log.info({ gateway: facts }, text), error: (text, facts) => log.error({ gateway: facts }, text) },
    key,
  })
  const caller: Caller = { technician: info.user, roles: ['gatewayAdmin'], address: thisComputer }
  return createGatewayProvider({
    id: 'desk',
    name: 'This desk',
    technician: info.user,
    roles: () => caller.roles,
    url: 'http://desk.internal',
    fetch: (request) => gateway.fetch(request, caller),
    onChange: (listener) => gateway.onChange(listener),
    logKey: {
      whenLookedAt: true,
      async fingerprint() {
        const its = await key()
        return its && gatewayFingerprint(its)
      },
    },
    close: () => gateway.close(),
  })
}
