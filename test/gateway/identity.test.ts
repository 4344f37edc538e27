import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayFingerprint, keyFile, loadGatewayKey } from '../../gateway/identity.ts'
import { rawPublicKey } from '../../gateway/log/note.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'identity-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a gateway makes its key once, in a file that only its owner reads, and is the same from then on', async () => {
  const path = join(folder, 'key')
  const made = await loadGatewayKey(keyFile(path))
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const again = await loadGatewayKey(keyFile(path))
  expect(gatewayFingerprint(again)).toBe(gatewayFingerprint(made))
  expect(gatewayFingerprint(made)).not.toBe(gatewayFingerprint(await loadGatewayKey(keyFile(join(folder, 'other')))))
})

test('a key that cannot be read is never replaced', async () => {
  const path = join(folder, 'key')
  writeFileSync(path, 'no key\n', { mode: 0o600 })
  await expect(loadGatewayKey(keyFile(path))).rejects.toThrow()
  const { privateKey } = generateKeyPairSync('x25519')
  const x25519 = join(folder, 'x25519')
  writeFileSync(x25519, privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'), { mode: 0o600 })
  await expect(loadGatewayKey(keyFile(x25519))).rejects.toThrow('not an Ed25519 key')
  await expect(keyFile(path).write('another')).rejects.toMatchObject({ code: 'EEXIST' })
  const locked = { read: () => Promise.reject(new Error('locked')), write: () => Promise.reject(new Error('written')) }
  await expect(loadGatewayKey(locked)).rejects.toThrow('locked')
})

test('a key that is not kept for certain is not used', async () => {
  const full = { read: () => Promise.resolve(undefined), write: () => Promise.reject(new Error('full')) }
  await expect(loadGatewayKey(full)).rejects.toThrow('full')
})

test.skipIf(process.platform === 'win32')('a key file that others can read is refused', async () => {
  const path = join(folder, 'key')
  await loadGatewayKey(keyFile(path))
  chmodSync(path, 0o640)
  await expect(loadGatewayKey(keyFile(path))).rejects.toThrow('others can read')
})

test('the fingerprint is the whole SHA-256 of the public key, in base32, in groups of four', () => {
  // RFC 8032, section 7.1, the first test's public key; its digest in base32 is by coreutils' sha256sum and base32.
  const raw = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex')
  expect(gatewayFingerprint(raw)).toBe('EH7D-DX5B-KSRG-CYTL-7BKA-I36S-E4NX-X3KL-NK7E-LKSY-Q57P-I74X-EG4Q')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  expect(gatewayFingerprint(privateKey)).toBe(gatewayFingerprint(publicKey))
  expect(gatewayFingerprint(privateKey)).toBe(gatewayFingerprint(rawPublicKey(createPublicKey(privateKey))))
  expect(gatewayFingerprint(publicKey)).toMatch(/^(?:[A-Z2-7]{4}-){12}[A-Z2-7]{4}$/)
})
