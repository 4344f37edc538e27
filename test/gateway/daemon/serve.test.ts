/** `npm run gateway` as an operator starts and stops it: a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../real/parts/keeper.ts'
import { joinAs } from './daemonFixture.ts'

const repository = resolve(import.meta.dirname, '../../..')

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'gatehouse-serve-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const serve = (config: string) => gateway('--config', config)

function gateway(...args: string[]) {
  const child = spawn(process.execPath, ['build/gateway.mjs', ...args], { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] })
  const written = { log: '', told: '' }
  child.stdout.on('data', (chunk) => (written.log += String(chunk)))
  child.stderr.on('data', (chunk) => (written.told += String(chunk)))
  const ended = new Promise<number | null>((done) => void child.once('close', (code) => done(code)))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, written, ended }
}

test('starts, lets the first administrator in, tells how it is doing, and stops when asked', { timeout: 30_000 }, async () => {
  const at = folder()
  const [port, metricsPort] = [await freePort(), await freePort()]
  const config = join(at, 'gatehouse.yaml')
  const lines = [
    `address: 127.0.0.1:${port}`,
    'listen: { address: 127.0.0.1 }',
    'relay: { address: 127.0.0.1 }',
    `dataFolder: ${join(at, 'data')}`,
    `metrics: { port: ${metricsPort} }`,
  ]
  writeFileSync(config, lines.join('\n'))
  const first = serve(config)
  const code = await vi.waitFor(
    () => {
      const found = /GATE-[A-Z2-7-]+/.exec(first.written.told)?.[0]
      if (found === undefined) throw new Error(first.written.told)
      return found
    },
    { timeout: 15_000 },
  )
  const ada = await joinAs(code)
  expect((await ada.call('account.people', { gatewayId: ada.gatewayId })).people).toMatchObject([{ name: 'Administrator' }])

  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  expect(metrics).toMatch(/gatehouse_request_seconds_count\{method="GET",status="200"\} [1-9]/)
  // The first request of a console brings it the nonce.
  expect(metrics).toMatch(/gatehouse_refused_proofs_total\{cause="nonce"\} [1-9]/)
  expect(metrics).not.toContain('Administrator')

  first.child.kill('SIGTERM')
  expect(await first.ended).toBe(0)
  const log = first.written.log
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(log).toEqual(expect.arrayContaining([expect.objectContaining({ msg: 'listening' }), expect.objectContaining({ msg: 'stopped' })]))
  expect(first.written.log).not.toMatch(/GATE-|secret|BEGIN/)
  for (const name of readdirSync(join(at, 'data')).filter((file) => /key|gateway\.db$/.test(file)))
    expect(statSync(join(at, 'data', name)).mode & 0o077, name).toBe(0)
  for (const name of readdirSync(join(at, 'data'))) expect(readFileSync(join(at, 'data', name)).includes(code), name).toBe(false)

  // Somebody is in: the next start invites nobody.
  const second = serve(config)
  await vi.waitFor(() => expect(second.written.log).toContain('listening'), { timeout: 15_000 })
  expect(second.written.told).not.toContain('GATE-')
  // As with npm: the terminal's Ctrl-C comes twice. The open connection makes the stop last for some time.
  const open = connect(port, '127.0.0.1').on('error', () => {})
  onTestFinished(() => void open.destroy())
  await once(open, 'connect')
  second.child.kill('SIGINT')
  await vi.waitFor(() => expect(second.written.log).toContain('stopping'))
  second.child.kill('SIGINT')
  expect(await second.ended).toBe(0)
})

test('a wrong configuration ends it with 2 and the lines, before anything is made', { timeout: 20_000 }, async () => {
  const at = folder()
  const config = join(at, 'gatehouse.yaml')
  writeFileSync(config, `address: nowhere\nrelay: { address: 127.0.0.1 }\ndataFolder: ${join(at, 'data')}\n`)
  const { written, ended } = serve(config)
  expect(await ended).toBe(2)
  expect(written.told).toContain(`${config}:1: address: expected "host:port"`)
  expect(readdirSync(at)).toEqual(['gatehouse.yaml'])
})

test('a configuration that is not there, or is a folder, ends it with 2 and its path', { timeout: 40_000 }, async () => {
  const at = folder()
  const absent = join(at, 'absent.yaml')
  const first = serve(absent)
  expect(await first.ended).toBe(2)
  expect(first.written.told).toMatch(/^\S+absent\.yaml: there is no such configuration file\. [^\n]*--config FILE[^\n]*\n$/)
  expect(first.written.told).toContain(absent)
  const second = serve(at)
  expect(await second.ended).toBe(2)
  expect(second.written.told).toContain(`${at}: this is a folder, not a configuration file.`)
})

test('--help prints the usage; what it does not know ends it with 2 and the usage', { timeout: 60_000 }, async () => {
  const helped = gateway('--help')
  expect(await helped.ended).toBe(0)
  expect(helped.written).toMatchObject({
    told: '',
    log: expect.stringMatching(/^Usage: npm run -s gateway -- .*--config FILE/s) as unknown,
  })
  for (const [wrong, words] of [
    ['--confg', "Unknown option '--confg'"],
    ['--config', "'--config <value>' argument missing"],
    ['gatehouse.yaml', "Unexpected argument 'gatehouse.yaml'"],
  ] as const) {
    const refused = gateway(wrong)
    expect(await refused.ended, wrong).toBe(2)
    expect(refused.written.told).toContain(words)
    expect(refused.written.told).toContain('\nUsage: ')
    expect(refused.written.told).not.toMatch(/^ +at /m)
  }
})
