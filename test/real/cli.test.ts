/** The command line as people start it: a real terminal (script(1)), a real server, the system's own ssh, and a console that runs or does not. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { appInfo } from '../../main/platform/appInfo.ts'
import { createPrograms } from '../../main/platform/programs.ts'
import { createServedApp } from '../../main/platform/servedApp.ts'
import { fakePorts } from '../fakes/fakePorts.ts'
import { startSshd, type Sshd } from './parts/sshd.ts'

let sshd: Sshd
let folder: string
const program = join(import.meta.dirname, '../../main/cli.ts')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'))
  sshd = await startSshd()
  const settings = { ssh: { where: 'tab', useAgent: false, keyFiles: [sshd.privateKeyFile] } }
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
  expect(await gatehouse('machines', 'add', 'web-1', '127.0.0.1', '--ssh-port', String(sshd.port), '--user', sshd.user)).toMatchObject({
    code: 0,
  })
}, 60_000)
afterAll(async () => {
  await sshd?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

const environment = () => ({ PATH: process.env['PATH'] ?? '', GATEHOUSE_DATA: folder, HOME: folder, TERM: 'xterm' })

async function gatehouse(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await ended, out, err }
}

/** In a terminal of its own. `answers`: what is typed when the terminal shows this. */
async function inTerminal(args: readonly string[], answers: readonly (readonly [string, string])[]) {
  const quoted = [process.execPath, program, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
  const child = spawn('script', ['-qec', quoted, '/dev/null'], { env: environment(), stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill())
  let shown = ''
  let at = 0
  const left = [...answers]
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    shown += part
    for (let next = left[0]; next && shown.includes(next[0], at); next = left[0]) {
      at = shown.indexOf(next[0], at) + next[0].length
      child.stdin.write(next[1])
      left.shift()
    }
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, shown }
}

const Grants = z.array(z.object({ grantId: z.string(), state: z.string(), closeReason: z.string().optional() }))
async function grants() {
  const { out } = await gatehouse('grants', '--json')
  return Grants.parse(
    out
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown),
  )
}

test('connect asks about the host key once, runs the command on the machine, ends with its code, and gives the access back', async () => {
  const first = await inTerminal(['connect', 'web-1', '--', 'echo from-$USER; exit 7'], [['Only "yes" goes on: ', 'yes\r']])
  expect(first.shown).toContain(sshd.hostKeyFingerprint)
  expect(first.shown).toContain(`from-${sshd.user}`)
  expect(first.code).toBe(7)
  expect(await grants()).toMatchObject([{ state: 'closed', closeReason: 'released' }])

  const shell = await inTerminal(['connect', 'web-1'], [['gatehouse$ ', 'echo $((6*7)); exit 5\r']])
  expect(shell.shown).not.toContain('Only "yes"')
  expect(shell.shown).toMatch(/\b42\b/)
  expect(shell.code).toBe(5)
  expect((await gatehouse('audit', '--json', '--topic', 'session')).out.match(/session\.started/g)).toHaveLength(2)
}, 60_000)

test('F-21: a changed host key is a stop without a question, and ends with 7', async () => {
  await sshd.changeHostKey()
  const { code, shown } = await inTerminal(['connect', 'web-1'], [])
  expect(code).toBe(7)
  expect(shown).toContain('STOP: the machine shows another identity')
  const unpinned = await gatehouse('machines', 'show', 'web-1', '--json')
  const { hostKeys } = z.object({ hostKeys: z.array(z.object({ fingerprint: z.string() })) }).parse(JSON.parse(unpinned.out))
  await gatehouse('machines', 'unpin', 'web-1', hostKeys[0]?.fingerprint ?? '')
  // Where nobody can be asked, nobody is believed.
  expect(await gatehouse('connect', 'web-1')).toMatchObject({ code: 7, out: '' })
}, 60_000)

test('a console that runs is asked: its grants are the command line’s, its ports stay open, and early release cuts a live session', async () => {
  const before = process.env['GATEHOUSE_DATA']
  process.env['GATEHOUSE_DATA'] = folder
  const info = appInfo('chromium', '0.0.0-test', [])
  if (before === undefined) delete process.env['GATEHOUSE_DATA']
  else process.env['GATEHOUSE_DATA'] = before
  const ports = fakePorts()
  const console = await createServedApp({ ...ports, info, programs: createPrograms(environment(), folder) })
  onTestFinished(async () => {
    await console.close()
    ports.remove()
  })
  const asked = await gatehouse('request', 'web-1', '--for', '10m', '--json')
  expect(asked).toMatchObject({ code: 0, err: '' })
  const { grantId, endpoints } = z
    .object({ grantId: z.string(), endpoints: z.array(z.object({ connectPort: z.number() })) })
    .parse(JSON.parse(asked.out))
  expect(await greeting(endpoints[0]?.connectPort ?? 0)).toMatch(/^SSH-2\.0-/)

  const session = inTerminal(['connect', 'web-1', '--', 'echo inside; sleep 60'], [['Only "yes" goes on: ', 'yes\r']])
  await expect
    .poll(async () => (await gatehouse('audit', '--topic', 'session.started', '--limit', '1', '--json')).out, { timeout: 20_000 })
    .toContain(grantId)
  expect((await gatehouse('release', grantId)).code).toBe(0)
  const { code, shown } = await session
  expect(code).toBe(255)
  expect(shown).toContain('The access is over (released).')
  expect((await gatehouse('release', grantId.slice(0, 9))).code).toBe(3)
  // Node's own reader of texts leaves the byte order mark away.
  const csv = await gatehouse('audit', '--csv')
  expect(csv.out.split('\r\n')[0]).toBe(
    '"seq","at","actor","action","outcome","machine","machineId","site","port","grantId","detail","gateway","proof"',
  )
  expect(csv.out).toContain('grant.opened')
}, 60_000)

test('the completions of bash are taken without a word, and complete commands, options, choices and machines', async () => {
  const { out } = await gatehouse('completion', 'bash')
  const file = join(folder, 'completion.bash')
  writeFileSync(file, out)
  const complete = async (...words: string[]) => {
    const line = `set -eu; source ${file}; gatehouse() { echo web-1; }; COMP_WORDS=(gatehouse ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _gatehouse; echo "\${COMPREPLY[@]}"`
    const child = spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(stderr).toBe('')
    return stdout.trim().split(' ')
  }
  expect(await complete('mach')).toEqual(['machines'])
  expect(await complete('machines', 're')).toEqual(['remove'])
  expect(await complete('connect', 'w')).toEqual(['web-1'])
  expect(await complete('connect', 'web-1', '--ke')).toEqual(['--keep'])
  expect(await complete('connect', 'web-1', '--way', 'r')).toEqual(['rdp'])
  expect(await complete('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']))
}, 30_000)

async function greeting(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  try {
    return await new Promise((resolve, reject) => socket.once('data', (bytes) => resolve(bytes.toString())).once('error', reject))
  } finally {
    socket.destroy()
  }
}
