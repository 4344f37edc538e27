import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { describeHostKey, hostKeyAlgorithms, judgeHostKey } from '../../../../main/sessions/ssh/hostKey.ts'
import { publicPart } from '../../../../main/sessions/ssh/keyRing.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-keys-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let made = 0
function newKey(type: string, bits: string, passphrase = ''): { wire: Buffer; file: string } {
  const file = join(folder, `key-${(made += 1)}`)
  execFileSync('ssh-keygen', ['-q', '-t', type, ...(bits ? ['-b', bits] : []), '-N', passphrase, '-f', file])
  return { file, wire: Buffer.from(readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '', 'base64') }
}

describe.each([
  ['ed25519', ''],
  ['ecdsa', '256'],
  ['ecdsa', '521'],
  ['rsa', '2048'],
])('a host key of type %s %s', (type, bits) => {
  test('is described as ssh-keygen does, picture and all', () => {
    const { wire, file } = newKey(type, bits)
    const [line = '', ...picture] = execFileSync('ssh-keygen', ['-lvf', `${file}.pub`], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
    const key = describeHostKey(wire)
    expect(key.fingerprint).toBe(line.split(' ')[1])
    expect(key.randomart.split('\n')).toEqual(picture)
    expect(key.key).toBe(wire.toString('base64'))
  })
})

test('a key that is cut off is an error, never a name', () => {
  const { wire } = newKey('ed25519', '')
  expect(() => describeHostKey(wire.subarray(0, 3))).toThrow(RangeError)
  expect(() => describeHostKey(Buffer.from('ffffffff00', 'hex'))).toThrow(RangeError)
})

test('F-21: a key is known, unknown, or changed, and a new type beside a known one is changed', () => {
  const shown = { algorithm: 'ssh-ed25519', fingerprint: '', key: 'A', randomart: '' }
  expect(judgeHostKey([], shown)).toBe('unknown')
  expect(judgeHostKey([{ key: 'B' }, { key: 'A' }], shown)).toBe('known')
  expect(judgeHostKey([{ key: 'B' }], shown)).toBe('changed')
})

test('the types of pinned keys are asked for first, and SHA-1 and DSA never', () => {
  expect(hostKeyAlgorithms([{ algorithm: 'ssh-rsa' }]).slice(0, 2)).toEqual(['rsa-sha2-512', 'rsa-sha2-256'])
  const all = hostKeyAlgorithms([])
  expect(all[0]).toBe('ssh-ed25519')
  expect(new Set(hostKeyAlgorithms([{ algorithm: 'ssh-rsa' }, { algorithm: 'unheard-of' }]))).toEqual(new Set(all))
  expect(all).not.toContain('ssh-rsa')
  expect(all).not.toContain('ssh-dss')
})

test('the public part of a key file is read without its passphrase', () => {
  const { wire, file } = newKey('ed25519', '', 'secret words')
  expect(publicPart(readFileSync(file, 'utf8'))?.getPublicSSH()).toEqual(wire)
  expect(publicPart('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END')).toBeUndefined()
  expect(publicPart('nothing of the kind')).toBeUndefined()
})
