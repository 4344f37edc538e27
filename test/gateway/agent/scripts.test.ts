/** PAM's script, run as PAM runs it: what it asks the agent, and when it says no without asking. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pamScript, systemdUnit } from '../../../gateway/agent/scripts.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-script-'))
const socket = join(folder, 'agent.sock')
const listening = createServer()

beforeAll(() => new Promise<void>((resolve) => void listening.listen(socket, resolve)))
afterAll(async () => {
  await new Promise((resolve) => void listening.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

/** With this kernel's command line and this socket; in the place of Node a program that tells how it was started. */
function run(what: string, { kernel = 'root=/dev/sda1 quiet', at = socket, input = '' } = {}) {
  const cmdline = join(folder, 'cmdline')
  writeFileSync(cmdline, `${kernel}\n`)
  const script = pamScript('/bin/echo', { ssh: 120, login: 60 })
    .replaceAll('/proc/cmdline', cmdline)
    .replaceAll('/run/gatehouse-agent/agent.sock', at)
  const { status, stdout } = spawnSync('sh', ['-c', script, 'pam', what], {
    encoding: 'utf8',
    input,
    env: { PAM_SERVICE: 'sshd', PAM_USER: 'jit', LD_PRELOAD: '', SECRET: 'of the user' },
  })
  return { status, stdout }
}

test('asks the agent, with the process that PAM runs in', () => {
  const { status, stdout } = run('show')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^\/opt\/gatehouse-agent\/gatehouse-agent\.mjs pam show \d+\n$/)
})

test.for(['single', 'ro S', '1', 'rescue', 'systemd.unit=rescue.target', 'systemd.unit=emergency.target quiet', 'init=/bin/sh'])(
  'APR-8: is out of the way in rescue mode (%s)',
  (kernel) => {
    expect(run('show', { kernel })).toEqual({ status: 1, stdout: '' })
  },
)

test('APR-8: says no at once where no agent runs', () => {
  expect(run('show', { at: join(folder, 'none') })).toEqual({ status: 1, stdout: '' })
})

test('an empty line is a yes, a password is none and is not the agent’s to see', () => {
  expect(run('enter', { input: '\0' }).status).toBe(0)
  expect(run('enter', { input: 'hunter2\0' })).toEqual({ status: 1, stdout: '' })
})

test('the service is not started in rescue mode, and sessions outlive it', () => {
  const unit = systemdUnit('/opt/gatehouse-agent/gatehouse-agent')
  expect(unit).toContain('Conflicts=rescue.target emergency.target')
  expect(unit).toContain('KillMode=process')
})
