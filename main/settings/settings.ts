/** What the console remembers for this person on this computer: settings, and the last choices per machine. Never a secret. */
import { join } from 'node:path'
import { z } from 'zod'
import { MachineChoices, Settings } from '../../preload/contract/settings.ts'
import type { HandlersOf } from '../dispatch.ts'
import { openJsonStore, readJson, setAside, writeJson } from '../jsonStore.ts'

export const defaultSettings: Settings = {
  language: 'system',
  theme: 'system',
  releaseAfterLastSession: true,
  endSessionsWithWindow: false,
  warnBeforeEndMs: 5 * 60_000,
  ssh: { where: 'tab', useAgent: true, keyFiles: [] },
  terminal: { fontFamily: 'monospace', fontSize: 14, scrollback: 5000, theme: 'dark', copyOnSelect: false },
  audit: { keepDays: 365, keepMegabytes: 2000 },
  recordings: { when: 'off', keepDays: 90, keepBytes: 2_000_000_000 },
  welcomed: false,
}

export interface SettingsStore {
  get: () => Settings
  choices: (machineId: string) => MachineChoices
  choose: (machineId: string, choices: MachineChoices) => Promise<void>
  /** What of the files was not taken, as keys of words: "settingsInvalid:terminal", "settingsUnknown:colour" (F-113). */
  readonly limits: string[]
  /** When everything is written. */
  settled(): Promise<void>
  readonly handlers: HandlersOf<'settings'>
}

/** Reads both files once. Neither a broken file nor a read-only folder keeps the console from starting. */
export function createSettings(folder: string, changed: () => void): SettingsStore {
  const path = join(folder, 'settings.json')
  const found = readJson(path)
  const read = found.ok ? toSettings(found.json) : { settings: defaultSettings, unknown: {}, limits: [setAside(path)] }
  const choices = openJsonStore(join(folder, 'choices.json'), Choices, {}, { synced: false })
  let settings = read.settings
  let last: Promise<unknown> = Promise.resolve()

  async function change(part: object): Promise<Settings> {
    const wanted = Settings.parse({ ...settings, ...part })
    // Keys of a newer console stay in the file as they are.
    await writeJson(path, { ...read.unknown, ...wanted })
    settings = wanted
    changed()
    return settings
  }

  async function choose(machineId: string, part: MachineChoices): Promise<void> {
    await choices.update((all) => ({ ...all, [machineId]: { ...all[machineId], ...part } }))
    changed()
  }
  const choicesOf = (machineId: string) => choices.get()[machineId] ?? {}

  return {
    get: () => settings,
    choices: choicesOf,
    choose,
    limits: [...read.limits, ...(choices.limit ? [choices.limit] : [])],
    async settled() {
      await last
      await choices.settled()
    },
    handlers: {
      'settings.get': () => settings,
      'settings.change'(part) {
        const mine = last.then(() => change(withoutAbsent(part)))
        last = mine.catch(() => undefined)
        return mine
      },
      'settings.choices': ({ machineId }) => choicesOf(machineId),
      async 'settings.choose'({ machineId, choices: part }) {
        await choose(machineId, part)
        return choicesOf(machineId)
      },
    },
  }
}

/** Machine ids have a colon in them (F-33: none of them is "__proto__"). */
const Choices = z.record(z.string(), MachineChoices)

const shape = Settings.shape
const isKnown = (key: string): key is keyof Settings => Object.hasOwn(shape, key)

/** Takes what is valid key by key; an invalid key gets its default and is told, an unknown one is kept aside and told (F-113). */
export function toSettings(json: unknown): { settings: Settings; unknown: Record<string, unknown>; limits: string[] } {
  if (json === undefined) return { settings: defaultSettings, unknown: {}, limits: [] }
  const object = z.record(z.string(), z.unknown()).safeParse(json)
  if (!object.success) return { settings: defaultSettings, unknown: {}, limits: ['settingsInvalid:*'] }
  const entries = Object.entries(object.data)
  const unknown = entries.filter(([key]) => !isKnown(key))
  const invalid: string[] = []
  const valid: [string, unknown][] = []
  for (const [key, value] of entries) {
    if (!isKnown(key)) continue
    if (shape[key].safeParse(value).success) valid.push([key, value])
    else invalid.push(key)
  }
  return {
    settings: Settings.parse({ ...defaultSettings, ...Object.fromEntries(valid) }),
    unknown: Object.fromEntries(unknown),
    limits: [
      ...invalid.map((key) => `settingsInvalid:${key.slice(0, 40)}`),
      ...unknown.slice(0, 20).map(([key]) => `settingsUnknown:${key.slice(0, 40)}`),
    ],
  }
}

/** zod writes an absent optional key as undefined, which must not overwrite what is set. */
function withoutAbsent(part: object): object {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined))
}
