/** SPEC INV-2: where an agent does not enrol, by its reasons. The machine is a folder; the tools that would be asked are told what to answer. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { placesBelow } from '../../../gateway/agent/places.ts'
import type { Outcome, Run } from '../../../gateway/agent/programs.ts'
import { judgeMachine } from '../../../gateway/agent/supported.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-supported-'))
  put('/run/systemd/system', '')
  put('/etc/sudoers', 'Defaults env_reset\n@includedir /etc/sudoers.d\n')
  put('/etc/pam.d/sshd', '@include common-auth\n@include common-session\n')
  put('/etc/pam.d/login', 'auth optional pam_faildelay.so\n@include common-auth\n')
  put('/etc/login.defs', 'LOGIN_TIMEOUT 60\n')
  put('/usr/sbin/sshd', '')
  put('/etc/ssh/sshd_config', 'Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(path: string, text: string): void {
  mkdirSync(dirname(root + path), { recursive: true })
  writeFileSync(root + path, text)
}

const missing: Outcome = { code: 127, out: '', err: '' }
const sshd = (text: string): Outcome => ({ code: 0, out: text, err: '' })

/** A machine that can have it, but for what is given. */
function tools(more: Record<string, Outcome> = {}): Run {
  const answers: Record<string, Outcome> = {
    sudo: { code: 0, out: 'Sudo version 1.9.13p3\n', err: '' },
    visudo: { code: 0, out: '', err: '' },
    find: { code: 0, out: '/lib/security/pam_exec.so\n', err: '' },
    sh: { code: 0, out: '/usr/sbin/useradd\n', err: '' },
    '/usr/sbin/sshd': sshd('usepam yes\nkbdinteractiveauthentication no\nlogingracetime 90\n'),
    ...more,
  }
  return (command) => Promise.resolve(answers[command] ?? missing)
}

const judge = (run: Run = tools(), needsSystemd = true) => judgeMachine(placesBelow(root), run, needsSystemd)

describe.runIf(process.getuid?.() === 0)('a machine', () => {
  test('that can have sign-ins by approval says how long it lets people try', async () => {
    expect(await judge()).toEqual({ ssh: 90, login: 60 })
  })

  test('without sshd has them at its console', async () => {
    rmSync(join(root, 'usr/sbin/sshd'))
    expect(await judge()).toEqual({ ssh: 120, login: 60 })
  })

  const changes: [reason: string, what: string, machine: () => Run | void][] = [
    [
      'domainController',
      'a Samba domain controller',
      () => put('/etc/samba/smb.conf', '[global]\n  server role = active directory domain controller\n'),
    ],
    ['domainController', 'a FreeIPA server', () => put('/etc/ipa/server.conf', '')],
    ['noSystemd', 'another init', () => rmSync(join(root, 'run'), { recursive: true })],
    ['noSudo', 'no sudo', () => tools({ sudo: missing })],
    ['noSudo', 'no visudo', () => tools({ visudo: missing })],
    ['noSudo', 'sudoers that do not include their folder', () => put('/etc/sudoers', 'root ALL=(ALL:ALL) ALL\n')],
    ['tooOld', 'a sudo whose rules have no end', () => tools({ sudo: { code: 0, out: 'Sudo version 1.8.19p1\n', err: '' } })],
    ['otherAuthentication', 'a second factor at sshd', () => put('/etc/pam.d/sshd', 'auth required pam_duo.so\n@include common-auth\n')],
    [
      'otherAuthentication',
      'a second factor at the console',
      () => put('/etc/pam.d/login', 'auth required pam_google_authenticator.so\n@include common-auth\n'),
    ],
    ['otherAuthentication', 'an sshd without PAM', () => tools({ '/usr/sbin/sshd': sshd('usepam no\n') })],
    [
      'otherAuthentication',
      'an sshd that does not take its own configuration',
      () => tools({ '/usr/sbin/sshd': { code: 255, out: '', err: 'Bad option' } }),
    ],
    ['otherAuthentication', 'an sshd that reads no parts', () => put('/etc/ssh/sshd_config', 'UsePAM yes\n')],
    ['noPam', 'no PAM services', () => rmSync(join(root, 'etc/pam.d'), { recursive: true })],
    ['noPam', 'no module to ask the agent with', () => tools({ find: { code: 0, out: '', err: '' } })],
    ['noPam', 'no tools for users', () => tools({ sh: missing })],
  ]
  test.for(changes)('is refused as %s: %s', async ([reason, , machine]) => {
    const judged = await judge(machine() ?? tools())
    expect(judged).toMatchObject({ reason })
    expect('detail' in judged && judged.detail).toMatch(/\w/)
  })
})

test.runIf(process.getuid?.() !== 0)('nobody but root enrols a machine', async () => {
  expect(await judge()).toMatchObject({ reason: 'notRoot' })
})
