import { expect, test } from 'vitest'
import { createAzureCalls, type AzureTenants } from '../../../main/account/azure.ts'
import { createProviders } from '../../../main/providers/ids.ts'
import { fakeProvider } from '../../fakes/fakeProvider.ts'

const tenant = (id: string) => ({
  id,
  name: id,
  tenantId: id,
  cloud: 'public' as const,
  account: 'kim@contoso.example',
  state: 'connected' as const,
  subscriptions: 1,
  notLicensed: [],
})
const [one, two] = ['az00000000000001', 'az00000000000002'] as const

const no = () => Promise.reject(new Error('not asked for here'))

function callsOver() {
  const asked: [string, string[]][] = []
  const tenants: AzureTenants = {
    list: () => [tenant(one), tenant(two)],
    beginSignIn: no,
    signIn: () => ({ kind: 'browser' }),
    chooseTenant: no,
    cancelSignIn: no,
    signOut: no,
    diagnose: no,
    async previewPolicies(id, machineIds) {
      asked.push([id, machineIds])
      return { policies: [], refused: machineIds.map((machineId) => ({ machineId: `${id}:${machineId}`, failure: { tag: 'inProgress' } })) }
    },
  }
  const providers = createProviders([fakeProvider(), { ...fakeProvider(), id: one }, { ...fakeProvider(), id: two }])
  return { calls: createAzureCalls(tenants, providers), asked }
}

test('machines of two tenants are looked at in each, and what would be sent is one answer', async () => {
  const { calls, asked } = callsOver()
  const answer = await calls['azure.previewPolicies']({ machineIds: [`${one}:a`, `${two}:b`, `${one}:c`], rules: 'defaults' })
  expect(asked).toEqual([
    [one, ['a', 'c']],
    [two, ['b']],
  ])
  expect(answer.refused.map(({ machineId }) => machineId)).toEqual([`${one}:a`, `${one}:c`, `${two}:b`])
})

test('a machine of a gateway is refused before any tenant is asked', async () => {
  const { calls, asked } = callsOver()
  const answer = calls['azure.previewPolicies']({ machineIds: [`${one}:a`, 'desk:m1'], rules: [] })
  await expect(answer).rejects.toMatchObject({ failure: { tag: 'notAllowed', part: 'permission' } })
  expect(asked).toEqual([])
})
