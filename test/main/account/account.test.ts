import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAccount } from '../../../main/account/account.ts'
import { passphraseName, passwordName } from '../../../main/sessions/needs.ts'
import { fakeClock } from '../../fakes/fakeClock.ts'
import { fakeSecrets } from '../../fakes/fakeSecrets.ts'
import { openTestApp } from '../testApp.ts'

const nameOf = (machineId: string) => (machineId === 'desk:m1' ? 'web-1' : undefined)

function accountOver(secrets = fakeSecrets(), folder = mkdtempSync(join(tmpdir(), 'gatehouse-account-'))) {
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { keychain: secrets, folder, ...createAccount({ secrets, folder, clock: fakeClock(), nameOf, changed: () => undefined }) }
}

const savedAt = '2030-01-02T03:04:05.000Z'

describe('saved credentials', () => {
  test('VLT-1: are listed by name and kept in the keychain alone', async () => {
    const { secrets, keychain, folder, handlers } = accountOver()
    await secrets.write(passwordName('desk:m1', 'DOMAIN/alice'), 'hunter2')
    await secrets.write(passphraseName('/home/tess/.ssh/id_ed25519'), 'correct horse')
    expect(await handlers['account.credentials']({})).toEqual({
      credentials: [
        {
          id: 'password/desk:m1/DOMAIN/alice',
          kind: 'password',
          machineId: 'desk:m1',
          machineName: 'web-1',
          user: 'DOMAIN/alice',
          savedAt,
        },
        { id: 'passphrase//home/tess/.ssh/id_ed25519', kind: 'passphrase', key: '/home/tess/.ssh/id_ed25519', savedAt },
      ],
    })
    expect(keychain.kept.get('password/desk:m1/DOMAIN/alice')).toBe('hunter2')
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    expect(files.join()).not.toMatch(/hunter2|correct horse/)
  })

  test('are still listed after a restart, once each', async () => {
    const first = accountOver()
    await first.secrets.write('password/desk:m1/alice', 'one')
    await first.secrets.write('password/desk:m1/alice', 'two')
    const { handlers } = accountOver(first.keychain, first.folder)
    expect((await handlers['account.credentials']({})).credentials).toHaveLength(1)
  })

  test('are forgotten in the keychain and on the list', async () => {
    const { secrets, keychain, handlers } = accountOver()
    await secrets.write('password/desk:m1/alice', 'hunter2')
    await handlers['account.forgetCredential']({ id: 'password/desk:m1/alice' })
    expect(keychain.kept.size).toBe(0)
    expect(await handlers['account.credentials']({})).toEqual({ credentials: [] })
  })

  test('only what is listed can be forgotten: the window has no way to other things in the keychain', async () => {
    const { keychain, handlers } = accountOver()
    keychain.kept.set('deviceKey', 'precious')
    await handlers['account.forgetCredential']({ id: 'deviceKey' })
    expect(keychain.kept.get('deviceKey')).toBe('precious')
  })

  test('VLT-2: with a locked keychain stay listed, and what was not done is said', async () => {
    const { secrets, keychain, handlers } = accountOver()
    await secrets.write('password/desk:m1/alice', 'hunter2')
    keychain.become('locked')
    await expect(handlers['account.forgetCredential']({ id: 'password/desk:m1/alice' })).rejects.toMatchObject({
      failure: { tag: 'keychain', state: 'locked' },
    })
    expect((await handlers['account.credentials']({})).credentials).toHaveLength(1)
  })
})

test.each(['ready', 'locked', 'missing', 'timeout', 'crashed', 'changed'] as const)(
  'VLT-2: a keychain that is %s is shown as that',
  async (state) => {
    const { call, ports } = await openTestApp()
    ports.secrets.become(state)
    expect(await call('account.keychain', {})).toEqual({ state })
  },
)
