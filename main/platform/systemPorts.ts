/** The outside world as this computer has it, for every host: the same ports under Electron and under the system's Chromium. */
import { homedir } from 'node:os'
import type { AppInfo } from '../../preload/contract.ts'
import type { Desktop, Ports } from '../ports.ts'
import { childEnvironment } from './environment.ts'
import { createKeychain } from './keychain.ts'
import { forkWithNode, type ForkKeychain } from './keychainFork.ts'
import { createPrograms } from './programs.ts'

/**
 * `info` and `desktop` are the host's. `forkKeychain` is needed under Electron, whose packaged binary cannot run as Node
 * (`forkWithElectron`); elsewhere Node starts the keychain's process.
 */
export function systemPorts(info: AppInfo, desktop: Desktop, forkKeychain?: ForkKeychain): Ports {
  const environment = childEnvironment(process.env)
  const home = homedir()
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now() }
  return {
    clock,
    secrets: createKeychain({ fork: forkKeychain ?? forkWithNode(environment), dataFolder: info.dataFolder, clock }),
    programs: createPrograms(environment, home),
    desktop,
    info,
    environment,
    home,
  }
}
