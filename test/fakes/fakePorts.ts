/** All ports for an app under test: a folder and a real store of its own, no keychain, no desktop, no programs of this computer. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLocalStore } from '../../main/platform/store/openLocalStore.ts'
import type { Clock, ComputerNetwork, Ports } from '../../main/ports.ts'
import { realClock } from './fakeClock.ts'
import { fakeDesktop, type FakeDesktop } from './fakeDesktop.ts'
import { fakePrograms, type FakePrograms } from './fakePrograms.ts'
import { fakeSecrets, type FakeSecrets } from './fakeSecrets.ts'

export interface FakePorts extends Ports {
  desktop: FakeDesktop
  programs: FakePrograms
  secrets: FakeSecrets
  /** Takes the folders away. */
  remove: () => void
}

export function fakePorts(options: { clock?: Clock; folder?: string; secrets?: FakeSecrets; network?: ComputerNetwork } = {}): FakePorts {
  const root = options.folder ?? mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
  const { clock = realClock, secrets = fakeSecrets() } = options
  return {
    clock,
    secrets,
    openStore: (folder, log) => openLocalStore({ folder, secrets, clock, log }),
    programs: fakePrograms(),
    network: options.network ?? { routes: () => Promise.resolve([{ kind: 'direct' }]), authorities: () => [] },
    desktop: fakeDesktop(),
    info: {
      version: '0.0.0-test',
      host: 'chromium',
      platform: 'linux',
      locale: 'en-GB',
      user: 'tess',
      dataFolder: join(root, 'data'),
      limits: [],
    },
    environment: {},
    home: join(root, 'home'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
