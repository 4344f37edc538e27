import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { ConsoleAction } from '../../gateway/api.ts'
import { CloseReason, GrantState } from '../../preload/contract/grants.ts'
import { MachineDetail, MachineState, OperatingSystem, Protocol, UnsupportedReason, Way } from '../../preload/contract/machines.ts'
import { CsvField, ImportFormat, ImportGroups, ImportShow, ImportWhy } from '../../preload/contract/imports.ts'
import { Failure } from '../../preload/contract/failures.ts'
import { Recording, RecordingEnd, Replay, UnreadableRecording } from '../../preload/contract/recordings.ts'
import { Client, SessionEnd, Step, StepName } from '../../preload/contract/sessions.ts'
import { KeychainState } from '../../preload/contract/settings.ts'
import { words as de } from '../../renderer/words/de.ts'
import { words as en } from '../../renderer/words/en.ts'

/**
 * Every key that main and the gateway can send has words. Enumerations are taken from the contract; keys that cross as plain text are
 * read out of the modules that send them, because there a new one is made by writing it.
 */
const repository = path.join(import.meta.dirname, '../..')
const sources = ['main', 'gateway'].flatMap((folder) =>
  globSync(`${folder}/**/*.ts`, { cwd: repository }).map((file) => readFileSync(path.join(repository, file), 'utf8')),
)
const written = (pattern: RegExp): string[] => [
  ...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].flatMap((match) => (match[1] === undefined ? [] : [match[1]])))),
]

function tableAt(words: unknown, where: string): unknown {
  let at = words
  for (const key of where.split('.'))
    at = typeof at === 'object' && at !== null ? Object.getOwnPropertyDescriptor(at, key)?.value : undefined
  return at
}

const optionsOf = (choice: z.ZodEnum): string[] => choice.options.map(String)

/** The sub-keys that the tables of failures must have, from the failures' own enumerations. */
const failureChoices = Failure.options.flatMap((option) => {
  const shape: Record<string, z.ZodType> = option.shape
  const tag = option.shape.tag.value
  return Object.values(shape).flatMap((field) =>
    'options' in field && Array.isArray(field.options) ? field.options.map((choice) => `${tag}.${String(choice)}`) : [],
  )
})

/** A problem may carry its topic: the window looks at the last part. */
const lastPart = (key: string): string => key.slice(key.lastIndexOf('.') + 1)

const problems = [
  ...written(/tag: 'invalidInput'[^}]*problem: '([\w.]+)'/gu),
  ...written(/\binvalid\('\w+', '(\w+)'\)/gu),
  ...written(/return '(user\.\w+)'/gu),
  ...written(/'invalidInput', \{[^}]*reason: '(\w+)'/gu),
  ...written(/^export type AddressProblem = (.*)$/gmu).flatMap((union) => [...union.matchAll(/'(\w+)'/gu)].map(([, name]) => name ?? '')),
  ...written(/^ {2}(?:too_big|too_small|invalid_format|invalid_value|unrecognized_keys): '(\w+)'/gmu),
].map(lastPart)

const wanted: Record<string, readonly string[]> = {
  'failures.invalidInput.problems': problems,
  'failures.fileProblems': [
    ...written(/tag: 'badFile'[^}]*problem: '(\w+)'/gu),
    ...written(/\brefuse\('(\w+)'(?:, error)?\)/gu),
    ...written(/return '(\w+)'\n.*\/i\.test\(reason\)/gu),
  ],
  'failures.methods': ['agent', 'key', 'password', 'keyboard-interactive'],
  'failures.signInRefused': ['passwordExpired', 'shell'],
  failures: failureChoices,
  'failures.closeReasons': optionsOf(CloseReason),
  'grants.closed': optionsOf(CloseReason),
  'grants.state': optionsOf(GrantState),
  'failures.keychain': optionsOf(KeychainState).filter((state) => state !== 'ready'),
  'machines.unsupported': optionsOf(UnsupportedReason),
  'machines.tabs': optionsOf(MachineState),
  'machines.os': optionsOf(OperatingSystem),
  'machines.gates': optionsOf(MachineDetail.shape.gate),
  'machines.import.why': optionsOf(ImportWhy),
  'machines.import.formats': optionsOf(ImportFormat),
  'machines.import.fields': optionsOf(CsvField),
  'machines.import.groupsAs': optionsOf(ImportGroups),
  'machines.import.show': optionsOf(ImportShow),
  'policies.protocols': optionsOf(Protocol),
  'sessions.steps': optionsOf(StepName),
  'sessions.doing': optionsOf(StepName),
  'sessions.stepState': optionsOf(Step.shape.state),
  'sessions.way': optionsOf(Way),
  'sessions.end': optionsOf(SessionEnd),
  'sessions.clientNotes': optionsOf(Client.shape.notes.unwrap().element),
  'audit.endShort': [...optionsOf(SessionEnd), ...optionsOf(RecordingEnd)],
  'audit.whyShort': ['age', 'size', 'byHand'],
  'recordings.ended': optionsOf(RecordingEnd).filter((end) => end !== 'sessionEnded'),
  'recordings.state': optionsOf(Recording.shape.state),
  'recordings.unreadable': optionsOf(UnreadableRecording.shape.why),
  'recordings.fault': optionsOf(Replay.shape.fault.unwrap()),
  'audit.failureShort': Failure.options.map((option) => option.shape.tag.value),
  'audit.actions': [...optionsOf(ConsoleAction), ...written(/action: '([a-z]\w*\.\w+)'/gu)],
  'common.limits': [...written(/[`'](settings\w+|file\w+):/gu), ...written(/'host\.(chromium)'/gu)],
}

describe.each([
  ['en', en],
  ['de', de],
] as const)('words in %s', (_language, words) => {
  test.each(Object.entries(wanted))('%s has all that can be sent', (where, keys) => {
    expect(keys.length).toBeGreaterThan(0)
    const missing = keys.filter((key) => {
      const found = tableAt(words, `${where}.${key}`)
      return typeof found === 'object' ? found === null : typeof found !== 'string' || found.trim() === ''
    })
    expect(missing).toEqual([])
  })
})

function flat(table: object, before = ''): [string, string][] {
  return Object.entries(table).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? flat(value, `${before}${key}.`) : [[before + key, String(value)]],
  )
}

const holes = (text: string): string[] => [...text.matchAll(/\{\{\w+\}\}|<\w+\/>/gu)].map(([hole]) => hole).sort()

describe('both languages', () => {
  const german = new Map(flat(de))
  test('have the same keys', () => {
    expect([...german.keys()].sort()).toEqual(
      flat(en)
        .map(([key]) => key)
        .sort(),
    )
  })
  test('put in the same values', () => {
    for (const [key, text] of flat(en)) expect(holes(german.get(key) ?? ''), key).toEqual(holes(text))
  })
  test('German has no word of ours under two names', () => {
    const faults = [...german].filter(([, text]) => /Passwort\b|anfragen|angefragt|festgehalten|\bHost\b|[“"][^“]*["”]/u.test(text))
    expect(faults).toEqual([])
  })
})
