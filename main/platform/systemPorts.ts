/** The outside world as this computer has it, for every host: the same ports under Electron and under the system's Chromium. */
import { homedir } from 'node:os'
import { getCACertificates } from 'node:tls'
import type { AppInfo } from '../../preload/contract.ts'
import type { Desktop, Ports } from '../ports.ts'
import { childEnvironment } from './environment.ts'
import { createKeychain } from './keychain.ts'
import { forkWithNode, type ForkKeychain } from './keychainFork.ts'
import { createPrograms } from './programs.ts'
import { openLocalStore } from './store/openLocalStore.ts'
import { createSystemClock } from './systemClock.ts'
import { createSystemRoutes } from './systemRoutes.ts'

/**
 * `info` and `desktop` are the host's. Electron brings `forkKeychain`, since its packaged binary cannot run as Node (`forkWithElectron`), where elsewhere
 * Node starts the keychain's process; and `resolveProxy`, which knows the system's proxies.
 */
export function systemPorts(
  info: AppInfo,
  desktop: Desktop,
  { forkKeychain, resolveProxy }: { forkKeychain?: ForkKeychain; resolveProxy?: (url: string) => Promise<string> } = {},
): Ports {
  const environment = childEnvironment(process.env)
  const home = homedir()
  const clock = createSystemClock()
  const programs = createPrograms(environment, home)
  const secrets = createKeychain({ fork: forkKeychain ?? forkWithNode(environment), dataFolder: info.dataFolder, clock })
  return {
    clock,
    secrets,
    openStore: (folder, log) => openLocalStore({ folder, secrets, clock, log }),
    programs,
    network: {
      routes: createSystemRoutes({ environment: process.env, programs, ...(resolveProxy && { resolveProxy }) }),
      authorities: () => getCACertificates('system'),
    },
    desktop,
    info,
    environment,
    home,
  }
}
