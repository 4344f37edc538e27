import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDesktop, downloadsFolder, openCommand, unusedPath } from '../../../../main/platform/chromium/desktop.ts'

test('a file is saved under a name that is free', () => {
  const taken = new Set(['/d/audit.csv', '/d/audit (1).csv'])
  expect(unusedPath('/d', 'audit.csv', (file) => taken.has(file))).toBe('/d/audit (2).csv')
  expect(unusedPath('/d', 'new.csv', (file) => taken.has(file))).toBe('/d/new.csv')
})

test('a suggested name never leads out of the folder', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('../x', String.raw`..\x`, '/etc/passwd', 'a/../../b', '..', '')),
      (name) => {
        expect(path.dirname(unusedPath('/home/a/Downloads', name, () => false))).toBe('/home/a/Downloads')
      },
    ),
  )
})

test('the downloads folder is the one that the desktop names', async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'gatehouse-home-'))
  await mkdir(path.join(home, '.config'))
  const names = (line: string) => writeFile(path.join(home, '.config/user-dirs.dirs'), `XDG_DESKTOP_DIR="$HOME/Desktop"\n${line}\n`)
  expect(await downloadsFolder(home, {})).toBe(path.join(home, 'Downloads'))
  await names('XDG_DOWNLOAD_DIR="$HOME/Herunter geladen"')
  expect(await downloadsFolder(home, {})).toBe(path.join(home, 'Herunter geladen'))
  await names('XDG_DOWNLOAD_DIR="/srv/downloads"')
  expect(await downloadsFolder(home, {})).toBe('/srv/downloads')
  await names('XDG_DOWNLOAD_DIR="$(touch x)"')
  expect(await downloadsFolder(home, {})).toBe(path.join(home, 'Downloads'))
  await rm(home, { recursive: true })
})

test.each(['http://example.com', 'file:///etc/passwd', 'javascript:alert(1)', 'ssh://x', '-e', ''])('%s is not opened', async (url) => {
  const desktop = createDesktop(async () => {})
  await expect(desktop.openWebPage(url)).rejects.toThrow(/https/)
})

test('an address is one argument, never part of a shell command', () => {
  const url = 'https://example.com/?a=1&b=$(calc)%20"'
  expect(openCommand('linux', url)).toEqual(['xdg-open', [url]])
  expect(openCommand('win32', url)[1].at(-1)).toBe(url)
})

test('what is copied or told is a text in the window, never code', async () => {
  const run: string[] = []
  const desktop = createDesktop(async (expression) => void run.push(expression))
  const hostile = `'"\`\${alert(1)}\\\u2028\n</script>`
  await desktop.copyText(hostile)
  desktop.notify(hostile, hostile)
  const copied: string[] = []
  const told: unknown[] = []
  const navigator = { clipboard: { writeText: (text: string) => void copied.push(text) } }
  function Notification(title: string, { body }: { body: string }): void {
    told.push([title, body])
  }
  for (const expression of run) runInNewContext(expression, { navigator, Notification })
  expect(copied).toEqual([hostile])
  expect(told).toEqual([[hostile, hostile]])
})
