import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { childEnvironment } from '../../../main/platform/environment.ts'
import { createPrograms } from '../../../main/platform/programs.ts'
import { plainLine } from '../../../main/platform/programOutput.ts'

let folder: string
const node = process.execPath
const env = { PATH: '/usr/bin:/bin' }

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-programs-'))
  for (const name of ['own', 'shared', 'here']) await mkdir(path.join(folder, name))
  for (const name of ['own/tool', 'shared/tool', 'here/tool']) await writeFile(path.join(folder, name), '#!/bin/sh\n', { mode: 0o755 })
  await writeFile(path.join(folder, 'own/notes'), 'text', { mode: 0o644 })
  await mkdir(path.join(folder, 'own/folder'))
  await chmod(path.join(folder, 'shared'), 0o777)
  await symlink(path.join(folder, 'own/tool'), path.join(folder, 'own/link'))
})
afterAll(() => rm(folder, { recursive: true }))

const programs = (PATH: string) => createPrograms({ PATH }, folder)
const run = async (script: string, more: { stdin?: string; secrets?: string[] } = {}) => {
  const running = await programs('/usr/bin').start({ file: node, args: ['-e', script], env, ...more })
  return { running, ...(await running.ended) }
}

describe('finding a program', () => {
  test('looks in the absolute folders of the path, in order', () => {
    const own = path.join(folder, 'own')
    expect(programs(`/nonexistent:${own}:/usr/bin`).find('tool')).toBe(`${own}/tool`)
    expect(programs(own).find('link')).toBe(`${own}/link`)
    for (const name of ['notes', 'folder', 'missing']) expect(programs(own).find(name)).toBeUndefined()
  })

  test('F-18: never looks in the current folder, nor where everybody may write, and a name is never a path', () => {
    const before = process.cwd()
    process.chdir(path.join(folder, 'here'))
    try {
      for (const relative of ['', ':', '.', './', '../here', '::.', 'here']) expect(programs(relative).find('tool')).toBeUndefined()
    } finally {
      process.chdir(before)
    }
    expect(programs(path.join(folder, 'shared')).find('tool')).toBeUndefined()
    for (const name of ['../own/tool', 'own/tool', '/bin/sh', '', '.', '..', '-x', 'a b', 'tool\0']) {
      expect(programs(folder).find(name)).toBeUndefined()
    }
  })
})

describe('starting a program', () => {
  test('hands over arguments as they are, and stdin to its end', async () => {
    const script = 'process.stdin.pipe(process.stdout); process.stdin.on("end", () => console.log(process.argv.slice(1).join("|")))'
    const running = await programs('').start({ file: node, args: ['-e', script, '--', '$(id)', '; rm', '"'], stdin: 'typed\n', env })
    expect(await running.ended).toEqual({ exitCode: 0, signal: null, lines: ['typed', '$(id)|; rm|"'] })
  })

  test('keeps the last forty lines, without anything that could move a cursor or turn the text', async () => {
    const { lines } = await run(
      'for (let i = 0; i < 100; i++) console.log("\\u001b[31mline\\u202e " + i + "\\u0007\\u001b]0;title\\u0007")',
    )
    expect(lines).toHaveLength(40)
    expect(lines[0]).toBe('line 60')
    expect(lines.at(-1)).toBe('line 99')
  })

  test('VLT-1: a secret that the program repeats is not kept', async () => {
    const { lines } = await run('process.stdin.on("data", (text) => console.error("bad password: " + text))', {
      stdin: 'hunter22',
      secrets: ['hunter22'],
    })
    expect(lines).toEqual(['bad password: •••'])
  })

  test('F-23: gives it the environment of the command and nothing else', async () => {
    process.env['NODE_OPTIONS_TEST'] = 'x'
    const { lines } = await run('console.log(Object.keys(process.env).join())')
    delete process.env['NODE_OPTIONS_TEST']
    expect(lines).toEqual(['PATH'])
  })

  test('F-18: a program that is not there is told as missing', async () => {
    for (const file of [path.join(folder, 'gone'), path.join(folder, 'own/notes')]) {
      const failure = { tag: 'clientMissing', client: path.basename(file) }
      await expect(programs('').start({ file, args: [], env })).rejects.toMatchObject({ failure })
    }
    await expect(programs('').start({ file: 'node', args: [], env })).rejects.toThrow(TypeError)
  })

  test('F-20: one that does not want to end is ended after two seconds', async () => {
    const script = 'process.on("SIGTERM", () => console.log("no")); setInterval(() => {}, 1000); console.log("up")'
    const running = await programs('').start({ file: node, args: ['-e', script], env })
    await new Promise((resolve) => setTimeout(resolve, 500))
    const startedAt = performance.now()
    running.end()
    running.end()
    const { signal, lines } = await running.ended
    expect(signal).toBe('SIGKILL')
    expect(lines).toEqual(['up', 'no'])
    expect(performance.now() - startedAt).toBeLessThan(3500)
  })

  test('one that ends without reading what it was sent, or writes without an end of line, does no harm', async () => {
    const { exitCode } = await run('process.exit(3)', { stdin: 'x'.repeat(1_000_000) })
    expect(exitCode).toBe(3)
    const { lines } = await run('process.stdout.write("y".repeat(500_000))')
    expect(lines.every((line) => line.length <= 400)).toBe(true)
  })
})

describe('the first line of a program', () => {
  test('is what it printed first, wherever it printed it', async () => {
    expect(await programs('').firstLine('/bin/sh', ['-c', 'echo; echo "Tool 1.2" >&2; sleep 30'])).toBe('Tool 1.2')
    expect(await programs('').firstLine('/bin/sh', ['-c', 'printf "no end of line"'])).toBe('no end of line')
  })

  test('is nothing when there is none in two seconds', async () => {
    const startedAt = performance.now()
    expect(await programs('').firstLine('/bin/sleep', ['30'])).toBeUndefined()
    expect(performance.now() - startedAt).toBeLessThan(4000)
    expect(await programs('').firstLine(path.join(folder, 'gone'), [])).toBeUndefined()
  })
})

test('F-23: what children inherit is an allow-list', () => {
  const hostile = { SSH_ASKPASS: '/x', LD_PRELOAD: '/x', NODE_OPTIONS: '--require x', ELECTRON_RUN_AS_NODE: '1', BASH_ENV: '/x', IFS: 'x' }
  const useful = {
    PATH: '/usr/bin',
    HOME: '/root',
    LC_TIME: 'de_DE.UTF-8',
    DISPLAY: ':0',
    SSH_AUTH_SOCK: '/s',
    DBUS_SESSION_BUS_ADDRESS: 'u',
  }
  expect(childEnvironment({ ...hostile, ...useful, LC_: 'x', lc_time: 'x', TZ: 'a\0b', LANG: undefined }, 'linux')).toEqual(useful)
  expect(childEnvironment({ ...hostile, SystemRoot: 'C:\\Windows', Path: 'C:\\x', PSModulePath: 'x' }, 'win32')).toEqual({
    SystemRoot: 'C:\\Windows',
    Path: 'C:\\x',
  })
})

test('a line of another program is one plain line', () => {
  expect(plainLine('a\u001b[2Jb\u0000c\u0085d\u200be\tf  ')).toBe('abcde f')
  expect(plainLine('x'.repeat(1000))).toHaveLength(400)
})
