import { expect, test } from 'vitest'
import { gatewayFingerprint } from '../../gateway/identity.ts'
import { createGatewayKey } from '../../main/gatewayKey.ts'
import { fakeSecrets } from '../fakes/fakeSecrets.ts'

function keyIn(secrets = fakeSecrets()) {
  const warned: string[] = []
  return { secrets, warned, key: createGatewayKey(secrets, { warn: (_, text) => void warned.push(text) }) }
}

test("the embedded gateway's key is made when it is first needed, and is the same from then on", async () => {
  const { secrets, key } = keyIn()
  expect(secrets.kept.size).toBe(0)
  const [first, again] = await Promise.all([key(), key()])
  expect([...secrets.kept.keys()]).toEqual(['gateway/key'])
  expect(again).toBe(first)
  const later = await keyIn(secrets).key()
  expect(first && later && gatewayFingerprint(later) === gatewayFingerprint(first)).toBe(true)
})

test('without the keychain there is no key, until there is a keychain', async () => {
  const { secrets, warned, key } = keyIn()
  secrets.become('locked')
  expect(await key()).toBeUndefined()
  expect(warned).toEqual(["the gateway's key cannot be had; its log is unsigned"])
  secrets.become('ready')
  expect((await key())?.asymmetricKeyType).toBe('ed25519')
})

test('a key that is there and is none is neither used nor replaced', async () => {
  const { secrets, key } = keyIn()
  secrets.kept.set('gateway/key', 'bm8ga2V5')
  expect(await key()).toBeUndefined()
  expect(secrets.kept.get('gateway/key')).toBe('bm8ga2V5')
})
