/** What the preview shows: each scene is a set of answers. Other topics bring their own from their …Scenes.ts. */
import { importHandlers } from './importScenes.ts'
import type { Failure, MachineRow, Topic } from '../../../preload/contract.ts'
import { Settings } from '../../../preload/contract/settings.ts'
import type { Handlers } from '../../fakes/bridge.ts'
import { azureHandlers, azureRows } from './azureScenes.ts'
import { auditHandlers } from './auditScenes.ts'
import { hostileRows, machineDetail, machineRow } from './inventory.ts'
import { inventoryHandlers } from './inventoryScenes.ts'
import { challengeHandlers } from './challengeScenes.ts'
import { recordingHandlers } from './recordingScenes.ts'
import { sessionHandlers } from './sessionScenes.ts'
import { teamHandlers } from './teamScenes.ts'

export interface Look {
  language: 'en' | 'de'
  theme: 'light' | 'dark'
  ring: (topic: Topic) => void
  recordings: Settings['recordings']['when']
}

const never = new Promise<never>(() => {})

function settingsHandlers(look: Look, welcomed: boolean): Handlers {
  let settings: Settings = {
    language: look.language,
    theme: look.theme,
    releaseAfterLastSession: true,
    endSessionsWithWindow: false,
    warnBeforeEndMs: 300_000,
    ssh: { where: 'tab', useAgent: true, keyFiles: ['/home/anna/.ssh/id_ed25519'] },
    terminal: { fontFamily: 'monospace', fontSize: 14, scrollback: 10_000, theme: 'followApp', copyOnSelect: false },
    audit: { keepDays: 400, keepMegabytes: 4000 },
    recordings: { when: look.recordings, keepDays: 90, keepBytes: 2_000_000_000 },
    welcomed,
  }
  return {
    'settings.get': () => settings,
    'settings.change': (change) => {
      settings = Settings.parse({ ...settings, ...change })
      look.ring('settings')
      return settings
    },
    'settings.choices': () => ({}),
    'settings.choose': (input) => input.choices,
  }
}

const accountHandlers: Handlers = {
  'app.info': () => ({
    version: '0.1.0',
    host: 'chromium',
    platform: 'linux',
    locale: 'en-GB',
    user: 'anna',
    dataFolder: '/home/anna/.local/share/gatehouse',
    limits: ['host.chromium'],
  }),
  'app.takeLink': () => ({ dropped: 0 }),
  'app.copyText': () => ({}),
  'account.keychain': () => ({ state: 'ready' }),
  'account.credentials': () => ({
    credentials: [
      {
        id: 'c1',
        kind: 'password',
        machineId: 'desk:m2',
        machineName: 'files-ber-002',
        user: 'anna',
        savedAt: new Date(Date.now() - 9e8).toISOString(),
      },
      { id: 'c2', kind: 'passphrase', key: '/home/anna/.ssh/id_ed25519', savedAt: new Date(Date.now() - 3e8).toISOString() },
    ],
  }),
  'account.forgetCredential': () => ({}),
}

function machineHandlers(rows: readonly MachineRow[]): Handlers {
  const find = (machineId: string) => rows.find((row) => row.id === machineId)
  return {
    'machines.get': ({ machineId }) => {
      const row = find(machineId)
      return row ? machineDetail(row) : { failure: { tag: 'notFound', what: 'machine' } }
    },
    'machines.add': ({ address }) =>
      address.includes(' ') ? { failure: { tag: 'invalidInput', field: 'address', problem: 'address' } } : { machineId: 'desk:m1' },
    'machines.change': () => ({}),
    'machines.remove': () => ({}),
    'machines.unpin': () => ({}),
    'policies.set': () => ({}),
    'policies.turnOn': () => ({}),
    'policies.turnOff': () => ({}),
  }
}

const many = (count: number) => Array.from({ length: count }, (_, index) => machineRow(index))
const failing = (failure: Failure) => () => ({ failure })

export function scene(name: string, look: Look): Handlers {
  const rows =
    name === 'empty' || name === 'first' || name === 'unread'
      ? []
      : name === 'hostile'
        ? hostileRows()
        : name.startsWith('azure')
          ? azureRows(64)
          : many(name === 'hundredThousand' ? 100_000 : 64)
  const base: Handlers = {
    ...settingsHandlers(look, name !== 'first'),
    ...accountHandlers,
    ...machineHandlers(rows),
    ...importHandlers(name),
    ...inventoryHandlers(name, rows, look),
    ...sessionHandlers(name, rows, look),
    ...auditHandlers(name, rows, look),
    ...teamHandlers(look, name === 'team' || name === 'flood' || name === 'hostile'),
    ...challengeHandlers(name, look, rows),
    ...recordingHandlers(name, rows),
    ...azureHandlers(name, rows),
  }
  switch (name) {
    case 'loading':
      return { ...base, 'machines.list': () => never, 'machines.get': () => never }
    case 'failed':
      return {
        ...base,
        'machines.list': failing({ tag: 'offline', provider: 'desk' }),
        'machines.get': failing({ tag: 'internal', incident: 'c0ffee-17' }),
        'account.credentials': failing({ tag: 'keychain', state: 'locked' }),
        'machines.previewImport': failing({ tag: 'file', path: '/home/anna/.ssh/config', problem: 'missing' }),
      }
    case 'keychainLocked':
      return { ...base, 'account.keychain': () => ({ state: 'locked' }) }
    case 'keychainMissing':
      return { ...base, 'account.keychain': () => ({ state: 'missing' }) }
    default:
      return base
  }
}
