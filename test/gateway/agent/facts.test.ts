/** What the agent reads of a machine: texts of other programs, and whether it can have challenges at all. */
import { expect, test } from 'vitest'
import { patienceS } from '../../../gateway/agent/enrolment.ts'
import { readOsName, readSignedIn } from '../../../gateway/agent/facts.ts'
import { afterAttempt, healthy, mostFailures } from '../../../gateway/agent/health.ts'
import { includesParts, readSshdSettings, sshdPart } from '../../../gateway/agent/sshdPart.ts'
import { isOlder } from '../../../gateway/agent/supported.ts'

test('knows the system by its own name', () => {
  expect(readOsName('ID=debian\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n')).toBe('Debian GNU/Linux 13 (trixie)')
  expect(readOsName('')).toBe('Linux')
})

test('reads who is signed in, in either form of the time', () => {
  const text =
    'alice    pts/0        Nov 22 11:30 (10.0.0.1)\nroot     tty1         2026-11-22 11:30\nbob :0 Nov  2 09:00 (:0)\n\nbroken line\n'
  expect(readSignedIn(text)).toEqual([
    { user: 'alice', terminal: 'pts/0', from: '10.0.0.1' },
    { user: 'root', terminal: 'tty1' },
    { user: 'bob', terminal: ':0', from: ':0' },
  ])
})

test.each([
  ['1.8.19p2', true],
  ['1.8.20', false],
  ['1.9.13p3', false],
  ['1.10.0', false],
  ['0.9', true],
])('sudo %s is too old: %s', (version, isTooOld) => {
  expect(isOlder(version, [1, 8, 20])).toBe(isTooOld)
})

test('sshd is asked as it is, and told of two groups and nobody else', () => {
  expect(readSshdSettings('usepam yes\nlogingracetime 120\nusepam no\nport 22\n').get('usepam')).toBe('yes')
  expect(includesParts('# Include /etc/ssh/sshd_config.d/*.conf\n')).toBe(false)
  expect(includesParts('Include /etc/ssh/sshd_config.d/*.conf\n')).toBe(true)
  const outside = sshdPart.replaceAll(/^Match Group .*\n(?:\t.*\n)+/gm, '')
  expect(outside).toMatch(/^#.*\nMatch all\n$/)
})

test('nobody is kept waiting longer than the service waits, nor longer than a challenge lives', () => {
  expect([120, 60, 0, 100_000].map(patienceS)).toEqual([108, 48, 600, 600])
})

test('failures in a row switch it off, one that works in between does not count, and it stays off', () => {
  let health = healthy
  for (let failure = 1; failure < mostFailures; failure += 1) health = afterAttempt(health, 'failed')
  expect(afterAttempt(health, 'failed').isOff).toBe(true)
  health = afterAttempt(afterAttempt(health, 'worked'), 'failed')
  expect(health.isOff).toBe(false)
  for (let failure = 1; failure < mostFailures; failure += 1) health = afterAttempt(health, 'failed')
  expect(afterAttempt(health, 'worked').isOff).toBe(true)
})
