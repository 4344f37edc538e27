import { expect, test } from 'vitest'
import { chromiumCandidates, chromiumSwitches, reasonIn } from '../../../../main/platform/chromium/browser.ts'

const switches = (options: Partial<Parameters<typeof chromiumSwitches>[0]> = {}): string[] =>
  chromiumSwitches({ profile: '/data/window', headless: false, root: false, ...options })

test('the sandbox is off for root alone, where Chromium would not start with it', () => {
  expect(switches({ root: true })).toContain('--no-sandbox')
  expect(switches()).not.toContain('--no-sandbox')
})

test('no bar warns of the switches that the console itself has set, whoever starts it', () => {
  for (const root of [true, false]) expect(switches({ root })).toContain('--test-type')
})

test('a Chromium that cannot start says why, and what to do about its sandbox', () => {
  const lines = ['[1:1] Starting', '[1:1:FATAL:zygote_host_impl_linux.cc] No usable sandbox!', 'Trace/breakpoint trap']
  expect(reasonIn(lines)).toMatch(/No usable sandbox!\n.*chromium-sandbox/)
  expect(reasonIn(['Trace/breakpoint trap'])).toBe('Trace/breakpoint trap')
  expect(reasonIn([])).toBe('it said nothing')
})

test('there is no debugging port, and nothing is looked up in a network', () => {
  for (const headless of [true, false]) {
    const given = switches({ headless })
    expect(given).toContain('--remote-debugging-pipe')
    expect(given.filter((one) => one.startsWith('--remote-debugging-port'))).toEqual([])
    expect(given).toContain('--host-resolver-rules=MAP * ^NOTFOUND')
  }
})

test('what weakens the engine is not among the switches', () => {
  expect(switches({ root: true, headless: true }).join(' ')).not.toMatch(
    /disable-web-security|single-process|disable-site-isolation|allow-running-insecure/,
  )
})

test('a browser is looked for in absolute folders only', () => {
  const found = chromiumCandidates('linux', { PATH: '/usr/bin::.:relative:/opt/bin' })
  expect(found[0]).toBe('/usr/bin/chromium')
  expect(found.every((file) => /^\/(?:usr|opt)\/bin\//.test(file))).toBe(true)
})

test('a named browser is the only candidate', () => {
  expect(chromiumCandidates('linux', { GATEHOUSE_CHROMIUM: '/opt/c', PATH: '/usr/bin' })).toEqual(['/opt/c'])
})

test('Windows and macOS are looked through where browsers are installed', () => {
  expect(chromiumCandidates('win32', { ProgramFiles: 'C:\\Program Files' })).toEqual([
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
  ])
  expect(chromiumCandidates('darwin', {})[0]).toMatch(/^\/Applications\//)
})
