import * as fc from 'fast-check'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CallError } from '../../../main/callError.ts'
import { isLike } from '../../../main/machines/sshConfig.ts'
import { createSshConfigImport } from '../../../main/machines/sshConfigImport.ts'
import { parseHost } from '../../../main/sessions/endpoint.ts'
import { userProblem } from '../../../main/sessions/user.ts'

/** A home with these files below ~/.ssh. */
function home(files: Record<string, string> = {}) {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-home-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  for (const folder of new Set(Object.keys(files).map((name) => dirname(join(path, '.ssh', name))))) mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(path, '.ssh', name), text)
  }
  const checks = { parseHost, isUser: (user: string) => userProblem(user) === undefined }
  return { path, ...createSshConfigImport(path, { areKnown: async () => [] }, checks) }
}

const lines = (...text: string[]) => text.join('\n')
const preview = (...text: string[]) => home().read(lines(...text))

/** The failure that it throws. */
function failureOf(act: () => unknown) {
  try {
    act()
  } catch (error) {
    if (error instanceof CallError) return error.failure
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('an OpenSSH config', () => {
  test('gives each alias with its address, port, user and line', () => {
    const { entries } = preview(
      '# my machines',
      'Host web',
      '  HostName 10.0.0.1',
      '  Port 2222',
      '  User alice',
      '',
      'Host db',
      '  HostName db.example.org',
    )
    expect(entries).toEqual([
      { alias: 'web', address: '10.0.0.1', port: 2222, user: 'alice', line: 2, ignored: [] },
      { alias: 'db', address: 'db.example.org', port: 22, line: 7, ignored: [] },
    ])
  })

  test('is read as ssh reads it: the first value wins, wildcards add what is missing, a negated pattern excludes', () => {
    const { entries } = preview(
      'Host web',
      '  User first',
      'Host w* !warn',
      '  User second',
      '  Port 2200',
      'Host warn',
      'Host *',
      '  HostName %h.example.org',
    )
    expect(entries).toMatchObject([
      { alias: 'web', address: 'web.example.org', user: 'first', port: 2200 },
      { alias: 'warn', address: 'warn.example.org', port: 22 },
    ])
    expect(entries[1]).not.toHaveProperty('user')
  })

  test.each([
    ['an equals sign', 'HostName=10.0.0.1'],
    ['an equals sign with blanks', 'HostName = 10.0.0.1'],
    ['a tab', 'HostName\t10.0.0.1'],
    ['quotes', 'HostName "10.0.0.1"'],
    ['other letters', 'hOSTnAME 10.0.0.1'],
    ['a comment behind', 'HostName 10.0.0.1 # mine'],
    ['a Windows line end', 'HostName 10.0.0.1\r'],
  ])('may be written with %s', (_what, line) => {
    expect(preview('Host web', `  ${line}`).entries).toMatchObject([{ address: '10.0.0.1' }])
  })

  test('several aliases on one line are several machines, and one alias in two places is one', () => {
    expect(preview('Host a b', '  User x', 'Host a', '  Port 23').entries).toMatchObject([
      { alias: 'a', port: 23, user: 'x' },
      { alias: 'b', port: 22, user: 'x' },
    ])
  })

  test('F-40: wildcards, Match and commands are named and not taken; Match exec is never run', () => {
    const marker = join(tmpdir(), `gatehouse-was-run-${process.pid}`)
    const { entries, leftOut } = preview(
      'Host *',
      '  ProxyCommand touch /tmp/x',
      `Match exec "touch ${marker}"`,
      '  HostName evil.example',
      '  User evil',
      'Host web',
      '  LocalCommand rm -rf ~',
      '  IdentityFile ~/.ssh/id',
    )
    expect(entries).toEqual([
      { alias: 'web', address: 'web', port: 22, line: 6, ignored: ['ProxyCommand', 'LocalCommand', 'IdentityFile'] },
    ])
    expect(leftOut.map(({ line, why }) => [line, why])).toEqual([
      [1, 'wildcard'],
      [3, 'match'],
    ])
    expect(() => rmSync(marker)).toThrow('ENOENT')
  })

  test.each(['-oProxyCommand=x', 'a;b', '$(x)', 'a b', 'x'.repeat(64), '%d.example.org', '\u202eevil'])(
    'F-11, F-12, F-17: the address %j leaves the machine out, with its line',
    (address) => {
      const { entries, leftOut } = preview('Host web', `  HostName "${address}"`)
      expect(entries).toEqual([])
      expect(leftOut).toMatchObject([{ line: 1, why: 'badAddress' }])
    },
  )

  test.each(['0', '65536', '-1', '1e3', '22x', '０２２'])('F-15: the port %s leaves the machine out', (port) => {
    expect(preview('Host web', `  Port ${port}`).leftOut).toMatchObject([{ why: 'badAddress' }])
  })

  test('F-13: a user name that could be an option is not taken, and that is said', () => {
    expect(preview('Host web', '  User "root -oX"').entries).toMatchObject([{ alias: 'web', ignored: ['User'] }])
  })

  test.each([
    ['a quote that does not end', 'Host web', '  User "x'],
    ['a word alone', 'Host web', '  nonsense'],
    ['a Host without a name', 'Host ok', 'Host'],
    ['a control character', 'Host web', '  User a\u0007b'],
  ])('INV-6: %s names line 2, and nothing of the file is offered', (_what, ...text) => {
    expect(failureOf(() => preview(...text))).toMatchObject({ tag: 'badFile', line: 2 })
  })

  test('whatever bytes come, it answers or refuses; it never throws anything else', () => {
    const { read } = home()
    const word = fc.constantFrom('Host', 'HostName', 'Match', 'Include', 'User', '*', '!a', '"', '=', '#', ' ', '\t', '\n', '\\', 'a', '\0')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(word).map((words) => words.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          try {
            read(text)
          } catch (error) {
            if (!(error instanceof CallError)) throw error
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('patterns that make regular expressions hang are answered at once', () => {
    const started = performance.now()
    expect(isLike('a'.repeat(250), `${'*a'.repeat(100)}*b`)).toBe(false)
    expect(isLike('web-12', 'w*-1?')).toBe(true)
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe("a person's own config", () => {
  test('that is not there is said', () => {
    expect(failureOf(() => home().read(undefined))).toMatchObject({ tag: 'file', problem: 'missing' })
  })

  test('F-37: that is full of NULs is refused', () => {
    expect(failureOf(() => home({ config: '\0'.repeat(5000) }).read(undefined))).toMatchObject({
      tag: 'file',
      problem: 'notText',
    })
  })

  test('F-40: Includes below ~/.ssh are followed, with globs in their order, each under the Host that they stand in', () => {
    const { read } = home({
      config: lines('Include conf.d/*.conf', 'Host *.prod', '  Include prod', '  User prod-user', 'Host x.prod', 'Host y'),
      'conf.d/2.conf': lines('Host two', '  HostName 10.0.0.22'),
      'conf.d/1.conf': lines('Host one two', '  HostName 10.0.0.1'),
      'conf.d/.hidden.conf': 'Host hidden',
      prod: lines('Port 2200', 'Host inner', '  User never'),
    })
    const { entries } = read(undefined)
    expect(entries).toMatchObject([
      { alias: 'one', address: '10.0.0.1', line: 1 },
      { alias: 'two', address: '10.0.0.1', line: 1 },
      { alias: 'x.prod', port: 2200, user: 'prod-user', line: 5 },
      { alias: 'y', port: 22, line: 6 },
    ])
    expect(entries).toHaveLength(4)
  })

  test('F-40: an Include of itself ends, and is named', () => {
    const { read } = home({ config: lines('Include other', 'Host a'), other: lines('Include other', 'Include config', 'Host b') })
    const { entries, leftOut } = read(undefined)
    expect(entries.map((entry) => entry.alias)).toEqual(['a', 'b'])
    expect(leftOut.some(({ line, why }) => line === 1 && why === 'includeTooDeep')).toBe(true)
  })

  test('F-40: Includes are followed 16 deep', () => {
    const chain = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`c${at}`, lines(`Include c${at + 1}`, `Host h${at}`)]))
    const { entries, leftOut } = home({ ...chain, config: 'Include c0' }).read(undefined)
    expect(entries).toHaveLength(16)
    expect(leftOut).toMatchObject([{ line: 1, why: 'includeTooDeep' }])
  })

  test('F-40: a glob over 10,000 files is left out within a second', () => {
    const files = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`d/${at}`, 'Host x']))
    const { read } = home({ ...files, config: 'Include d/*' })
    const started = performance.now()
    expect(read(undefined).leftOut).toMatchObject([{ why: 'includeTooDeep' }])
    expect(performance.now() - started).toBeLessThan(1000)
  })

  test.each(['/etc/passwd', '../secret', '~/secret', '~/.ssh/../secret', 'link'])(
    'F-40: Include %s leads outside and is left out',
    (pattern) => {
      const { path, read } = home({ config: lines(`Include ${pattern}`, 'Host a') })
      writeFileSync(join(path, 'secret'), 'Host stolen')
      symlinkSync(join(path, 'secret'), join(path, '.ssh', 'link'))
      const { entries, leftOut } = read(undefined)
      expect(entries.map((entry) => entry.alias)).toEqual(['a'])
      expect(leftOut).toMatchObject([{ line: 1, why: 'includeOutside' }])
    },
  )

  test('an Include of what is not there is named, and does no harm', () => {
    const { entries, leftOut } = home({ config: lines('Host a', 'Include nothing*', '  Port 23') }).read(undefined)
    expect(entries).toMatchObject([{ alias: 'a', port: 23 }])
    expect(leftOut).toMatchObject([{ line: 2, why: 'includeMissing' }])
  })

  test("a file from elsewhere cannot read this person's files by an Include", () => {
    const { read } = home({ config: 'Host own' })
    expect(read('Include config')).toMatchObject({ entries: [], leftOut: [{ why: 'includeOutside' }] })
  })
})
