import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { serveProxy } from '../../network/tlsServer.ts'
import { azureWorld, signInEnd, until } from './azureWorld.ts'
import { machinesOf } from './machinesOf.ts'

test('a technician signs in with the browser, and the tokens are in the keychain and in no file', async () => {
  const world = await azureWorld()
  world.fake.addVm({ name: 'web-1' })
  const id = await world.signIn()
  expect(id).toMatch(/^az[0-9a-f]{14}$/)
  expect(world.azure.list()).toMatchObject([{ id, name: 'Contoso', account: 'kim@contoso.example', cloud: 'public', state: 'connected' }])
  expect((await machinesOf(world.provider())).map(({ name }) => name)).toEqual(['web-1'])
  const kept = [...world.secrets.kept.values()]
  expect(kept.length).toBeGreaterThan(1)
  for (const secret of kept) expect(Buffer.byteLength(secret)).toBeLessThanOrEqual(2500)
  for (const file of readdirSync(world.folder))
    expect(readFileSync(join(world.folder, file), 'utf8')).not.toMatch(/fake-(?:access|refresh)/)
})

test('a technician signs in with a code on another device', async () => {
  const world = await azureWorld({ browses: false })
  const { signInId } = await world.azure.beginSignIn({ cloud: 'public', way: 'deviceCode' })
  const state = world.azure.signIn(signInId)
  expect(state).toMatchObject({ kind: 'deviceCode', verificationUri: `${world.fake.origin}/device` })
  world.fake.authority.device.answer(world.fake.authority.device.waiting()[0] ?? '', true)
  expect(await signInEnd(world.azure, signInId)).toMatchObject({ kind: 'done' })
})

test('a technician of several tenants chooses one, and is signed in to another one later', async () => {
  const tenants = ['own', 'guest'].map((name) => ({ tenantId: crypto.randomUUID(), name, domain: `${name}.example` }))
  const world = await azureWorld({ tenants })
  const { signInId } = await world.azure.beginSignIn({ cloud: 'usGovernment', way: 'browser' })
  expect(await signInEnd(world.azure, signInId)).toMatchObject({
    kind: 'chooseTenant',
    tenants: [{ isSignedIn: false }, { isSignedIn: false }],
  })
  await world.azure.chooseTenant(signInId, tenants[1]?.tenantId ?? '')
  await until(() => (world.azure.signIn(signInId).kind === 'done' ? true : undefined))
  expect(world.azure.list()).toMatchObject([{ name: 'guest', cloud: 'usGovernment' }])
  const second = await world.azure.beginSignIn({ cloud: 'usGovernment', way: 'browser', tenant: 'own.example' })
  expect(await signInEnd(world.azure, second.signInId)).toMatchObject({ kind: 'done' })
  expect(world.azure.list().map(({ name }) => name)).toEqual(['guest', 'own'])
})

test('a sign-in that is cancelled ends, here and at the browser, and nothing is kept', async () => {
  const world = await azureWorld({ browses: false })
  const { signInId } = await world.azure.beginSignIn({ cloud: 'public', way: 'browser' })
  expect(world.azure.signIn(signInId)).toMatchObject({ kind: 'browser', url: world.opened[0] })
  expect(world.opened[0]).toContain('code_challenge')
  await world.azure.cancelSignIn(signInId)
  expect(world.azure.signIn(signInId)).toEqual({ kind: 'failed', failure: { tag: 'cancelled' } })
  const redirect = new URL(new URL(world.opened[0] ?? '').searchParams.get('redirect_uri') ?? '')
  await until(() =>
    fetch(`http://127.0.0.1:${redirect.port}/`).then(
      () => undefined,
      () => true,
    ),
  )
  expect(world.secrets.kept.size).toBe(0)
})

test('a locked keychain is a failure of the sign-in, and nobody is signed in', async () => {
  const world = await azureWorld()
  world.secrets.become('locked')
  const { signInId } = await world.azure.beginSignIn({ cloud: 'public', way: 'browser' })
  expect(await signInEnd(world.azure, signInId)).toEqual({ kind: 'failed', failure: { tag: 'keychain', state: 'locked' } })
  expect(world.azure.list()).toEqual([])
  expect(world.providers.all).toEqual([])
})

test('after a restart the technician is still signed in, by the keychain', async () => {
  const world = await azureWorld()
  world.fake.addVm({ name: 'web-1' })
  const id = await world.signIn()
  await world.restart()
  expect(world.azure.list()).toMatchObject([{ id, state: 'offline' }])
  expect(await machinesOf(world.provider())).toHaveLength(1)
  expect(world.azure.list()).toMatchObject([{ state: 'connected' }])
})

test('an access token that expired is renewed in silence', async () => {
  const world = await azureWorld({ tokenLifeS: 1 })
  world.fake.addVm({ name: 'web-1' })
  await world.signIn()
  await machinesOf(world.provider())
  world.fake.clock.pass(5000)
  await world.restart()
  expect(await machinesOf(world.provider())).toHaveLength(1)
})

test('a token that was revoked asks for a sign-in, and the machines come again after it', async () => {
  const world = await azureWorld()
  world.fake.addVm({ name: 'web-1' })
  const id = await world.signIn()
  const cursor = (await world.provider().machines()).cursor
  world.fake.authority.revoke()
  await world.restart()
  await expect(world.provider().machines(cursor)).rejects.toMatchObject({ failure: { tag: 'notKnown', provider: id } })
  expect(world.azure.list()).toMatchObject([{ state: 'signInNeeded' }])
  const { signInId } = await world.azure.beginSignIn({ cloud: 'public', way: 'browser', again: id })
  expect(await signInEnd(world.azure, signInId)).toEqual({ kind: 'done', id })
  expect(world.azure.list()).toMatchObject([{ id, state: 'connected' }])
  expect(await machinesOf(world.provider())).toHaveLength(1)
})

test('a claims challenge is answered once in silence, and by the person where the tenant wants that', async () => {
  const world = await azureWorld()
  world.fake.addVm({ name: 'web-1' })
  await world.signIn()
  world.fake.faults.next({ path: /ResourceGraph/ }, { kind: 'claims' })
  expect(await machinesOf(world.provider())).toHaveLength(1)
  const refused = () => world.fake.requests.filter(({ status }) => status === 401).length
  const before = refused()
  await world.azure.diagnose(world.provider().id)
  expect(refused()).toBe(before)
  world.fake.authority.refuse({ error: 'interaction_required', suberror: 'basic_action', forClaimsOnly: true })
  await world.restart()
  await expect(world.provider().machines()).rejects.toMatchObject({ failure: { tag: 'notKnown' } })
  expect(world.azure.list()).toMatchObject([{ state: 'signInNeeded' }])
})

test('signing out takes everything away: tokens, machines, files', async () => {
  const world = await azureWorld()
  world.fake.addVm({ name: 'web-1' })
  const id = await world.signIn()
  await machinesOf(world.provider())
  await world.azure.signOut(id)
  expect(world.secrets.kept.size).toBe(0)
  expect(world.providers.all).toEqual([])
  expect(world.azure.list()).toEqual([])
  expect(readdirSync(world.folder).filter((file) => file.includes(id))).toEqual([])
  await world.restart()
  expect(world.azure.list()).toEqual([])
})

test('F-97: where the computer has a proxy, all of Azure is reached through it', async () => {
  const { port, heads } = await serveProxy({})
  const refused = await azureWorld({ routes: () => Promise.resolve([{ kind: 'proxy', secure: false, host: '127.0.0.1', port }]) })
  const { signInId } = await refused.azure.beginSignIn({ cloud: 'public', way: 'browser' })
  expect(await signInEnd(refused.azure, signInId)).toMatchObject({ kind: 'failed', failure: { tag: 'offline', why: 'proxy' } })
  expect(refused.fake.requests).toEqual([])
  expect(heads[0]).toMatch(/^CONNECT 127\.0\.0\.1:\d+ /)
  // One that leads there; each tunnel counts.
  let to: { port: number; heads: string[] } | undefined
  const world = await azureWorld({
    routes: async () => {
      to ??= await serveProxy({ to: Number(new URL(world.fake.origin).port) })
      return [{ kind: 'proxy', secure: false, host: '127.0.0.1', port: to.port }]
    },
  })
  world.fake.addVm({ name: 'web-1' })
  await world.signIn()
  expect(await machinesOf(world.provider())).toHaveLength(1)
  expect(to?.heads.length).toBeGreaterThan(1)
})

test('F-94: without a network a sign-in says so, and so does a tenant that is signed in to', async () => {
  const world = await azureWorld()
  await world.signIn()
  await world.restart()
  await world.fake.stop()
  await expect(world.provider().machines()).rejects.toMatchObject({ failure: { tag: 'offline', why: 'refused' } })
  expect(world.azure.list()).toMatchObject([{ state: 'offline' }])
  const { signInId } = await world.azure.beginSignIn({ cloud: 'public', way: 'deviceCode' })
  expect(await signInEnd(world.azure, signInId)).toMatchObject({ kind: 'failed', failure: { tag: 'offline', why: 'refused' } })
})

test('F-98: a certificate of an authority that this computer does not trust is nobody to sign in to', async () => {
  const world = await azureWorld()
  const { ca: _, ...place } = world.fake.cloudFile.public
  writeFileSync(join(world.folder, 'azure-cloud.json'), JSON.stringify({ public: place }))
  await world.restart()
  const { signInId } = await world.azure.beginSignIn({ cloud: 'public', way: 'deviceCode' })
  expect(await signInEnd(world.azure, signInId)).toMatchObject({
    kind: 'failed',
    failure: { tag: 'gatewayUntrusted', problem: 'unknownAuthority' },
  })
  expect(world.fake.requests).toEqual([])
})

test('a file of private clouds that is not right is told, and is not followed in part', async () => {
  const world = await azureWorld()
  writeFileSync(join(world.folder, 'azure-cloud.json'), JSON.stringify({ public: { authority: 'http://login.example' } }))
  await world.restart()
  expect(world.azure.limit).toBe('fileUnreadable:azure-cloud.json')
  await expect(world.azure.beginSignIn({ cloud: 'public', way: 'browser' })).rejects.toMatchObject({ failure: { tag: 'file' } })
})
