import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSettings, defaultSettings, toSettings } from '../../../main/settings/settings.ts'
import { openTestApp } from '../testApp.ts'

function folder(files: Record<string, string> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-settings-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}

const open = (files?: Record<string, string>) => {
  const path = folder(files)
  return { path, ...createSettings(path, () => undefined) }
}

describe('settings', () => {
  test('are the defaults on a fresh computer, with nothing written', () => {
    const { path, get, limits } = open()
    expect(get()).toEqual(defaultSettings)
    expect(limits).toEqual([])
    expect(readdirSync(path)).toEqual([])
  })

  test('that were changed are there after a restart, for the owner only', async () => {
    const path = folder()
    const before = createSettings(path, () => undefined)
    await before.handlers['settings.change']({ theme: 'dark' })
    await before.handlers['settings.change']({ warnBeforeEndMs: 1000 })
    expect(createSettings(path, () => undefined).get()).toEqual({ ...defaultSettings, theme: 'dark', warnBeforeEndMs: 1000 })
    expect(readdirSync(path)).toEqual(['settings.json'])
  })

  test('changed twice at once keep both changes', async () => {
    const { get, handlers } = open()
    await Promise.all([handlers['settings.change']({ theme: 'dark' }), handlers['settings.change']({ language: 'de' })])
    expect(get()).toMatchObject({ theme: 'dark', language: 'de' })
  })

  test('F-113: a wrong value costs that key only, an unknown key is kept in the file, and both are told', async () => {
    const { path, get, limits, handlers } = open({
      'settings.json': JSON.stringify({ theme: 'dark', language: 'klingon', terminal: { fontSize: 'big' }, colour: { of: 'tomorrow' } }),
    })
    expect(get()).toEqual({ ...defaultSettings, theme: 'dark' })
    expect(limits).toEqual(['settingsInvalid:language', 'settingsInvalid:terminal', 'settingsUnknown:colour'])
    await handlers['settings.change']({ welcomed: true })
    expect(JSON.parse(readFileSync(join(path, 'settings.json'), 'utf8'))).toMatchObject({ welcomed: true, colour: { of: 'tomorrow' } })
  })

  test.each([
    ['no JSON', '{"theme": '],
    ['full of NULs', '\0'.repeat(100)],
    ['of 11 MB', `"${'x'.repeat(11_000_000)}"`],
  ])('F-113: a file that is %s is set aside, never deleted, and told', (_what, text) => {
    const { path, get, limits } = open({ 'settings.json': text })
    expect(get()).toEqual(defaultSettings)
    expect(limits).toEqual(['fileSetAside:settings.json'])
    const [aside] = readdirSync(path)
    expect(aside).toMatch(/^settings\.json\.unreadable-/)
    expect(readFileSync(join(path, aside ?? ''), 'utf8')).toBe(text)
  })

  test('F-33, F-113: whatever JSON stands there, the settings are valid and nothing is polluted', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom(...Object.keys(defaultSettings), '__proto__', 'constructor'), fc.jsonValue()),
        (any, keys) => {
          for (const json of [any, keys, JSON.parse(JSON.stringify(keys))]) {
            const { settings } = toSettings(json)
            expect(Object.keys(settings).every((key) => Object.hasOwn(defaultSettings, key) || key === 'rdpClient')).toBe(true)
          }
          expect({}).not.toHaveProperty('polluted')
        },
      ),
    )
  })

  test('that cannot be written are refused in words and stay as they are', async () => {
    const { path, get, handlers } = open()
    rmSync(path, { recursive: true })
    writeFileSync(path, 'a file where the folder was')
    await expect(handlers['settings.change']({ theme: 'dark' })).rejects.toMatchObject({ failure: { tag: 'file' } })
    expect(get().theme).toBe('system')
    rmSync(path)
    mkdirSync(path)
    chmodSync(path, 0o700)
    await handlers['settings.change']({ theme: 'light' })
    expect(get().theme).toBe('light')
    expect(existsSync(join(path, 'settings.json'))).toBe(true)
  })

  test('ring the bell, and out-of-range ones are refused at the door', async () => {
    const { call, refusal, ring } = await openTestApp()
    const heard = ring('settings')
    await call('settings.change', { theme: 'dark' })
    await heard
    expect(await refusal('settings.change', { warnBeforeEndMs: -1 })).toMatchObject({ tag: 'invalidInput', field: 'warnBeforeEndMs' })
    expect((await call('settings.get', {})).theme).toBe('dark')
  })
})

describe("a machine's choices", () => {
  test('REQ-3: are remembered one by one', async () => {
    const { call } = await openTestApp()
    expect(await call('settings.choices', { machineId: 'desk:m1' })).toEqual({})
    await call('settings.choose', { machineId: 'desk:m1', choices: { way: 'rdp' } })
    expect(await call('settings.choose', { machineId: 'desk:m1', choices: { user: 'alice' } })).toEqual({ way: 'rdp', user: 'alice' })
    expect(await call('settings.choices', { machineId: 'desk:m2' })).toEqual({})
  })

  test('that cannot be read are set aside and told', () => {
    const { limits, choices } = open({ 'choices.json': '[1,2]' })
    expect(limits).toEqual(['fileSetAside:choices.json'])
    expect(choices('desk:m1')).toEqual({})
  })
})
