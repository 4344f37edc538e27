import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Provider } from '../../../../main/providers/provider.ts'
import { azureWorld, until, type AzureWorld } from './azureWorld.ts'
import { machinesOf } from './machinesOf.ts'

const Detail = z.looseObject({ azure: z.string(), events: z.number(), steps: z.string() })

async function asked(world: AzureWorld, names: string[]): Promise<{ provider: Provider; grants: string[] }> {
  await world.signIn()
  const provider = world.provider()
  const machines = await machinesOf(provider)
  const answers = await provider.requestTogether?.(
    names.map((name) => ({
      idempotencyKey: randomUUID(),
      machineId: machines.find((machine) => machine.name === name)?.id ?? '',
      ports: [22],
      durationMs: 3600_000,
      reason: 'ticket 7',
    })),
  )
  return { provider, grants: (answers ?? []).flatMap((answer) => ('id' in answer ? [answer.id] : [])) }
}

/** When as many are told. */
async function eventsOf(provider: Provider, count: number) {
  await until(async () => ((await provider.events?.count()) === count ? true : undefined))
  return (await provider.events?.read(1, count + 1)) ?? []
}

test("the events of one request are one event of the machine, joined with this console's own grant", async () => {
  const world = await azureWorld()
  const vm = world.fake.addVm({ name: 'web-1' })
  world.fake.addPolicy([vm.id])
  const { provider, grants } = await asked(world, ['web-1'])
  await machinesOf(provider)
  // Azure tells late, and a request may still be under way.
  await provider.events?.count()
  expect(await provider.events?.count()).toBe(0)
  world.fake.clock.pass(10 * 60_000)
  await machinesOf(provider)
  await world.restart()
  await machinesOf(world.provider())
  const events = await eventsOf(world.provider(), 1)
  expect(events).toMatchObject([
    {
      seq: 1,
      actor: 'kim@contoso.example',
      action: 'grant.requested',
      outcome: 'ok',
      machineName: 'web-1',
      site: 'Subscription 1 / rg-desk',
      grantId: grants[0],
    },
  ])
  const detail = Detail.parse(JSON.parse(events[0]?.detail ?? ''))
  expect(detail.events).toBe(4)
  expect(detail.steps).toContain('networkSecurityGroups/write Succeeded')
  expect(world.provider().log).toBeUndefined()
})

test('what was told keeps its place, after a restart too, and what comes late comes after it', async () => {
  const world = await azureWorld()
  for (const name of ['a', 'b']) world.fake.addPolicy([world.fake.addVm({ name, resourceGroup: `rg-${name}` }).id])
  await asked(world, ['b'])
  world.fake.clock.pass(10 * 60_000)
  await world.restart()
  await machinesOf(world.provider())
  const [first] = await eventsOf(world.provider(), 1)
  // Somebody else's, which Azure tells of now and which happened before.
  const [one] = world.fake.world.activity
  const early = {
    ...one,
    eventTimestamp: '2026-10-01T00:00:00.0000000Z',
    correlationId: randomUUID(),
    eventDataId: randomUUID(),
    caller: 'barbara',
  }
  world.fake.world.activity.push({ ...early, operationName: { value: 'microsoft.security/LOCATIONS/jitNetworkAccessPolicies/write' } })
  await world.restart()
  await machinesOf(world.provider())
  const events = await eventsOf(world.provider(), 2)
  expect(events[0]).toEqual(first)
  expect(events[1]).toMatchObject({ seq: 2, action: 'policy.changed', actor: 'barbara' })
})

test('the events are sealed on the disk, and what was changed there is set aside', async () => {
  const world = await azureWorld()
  world.fake.addPolicy([world.fake.addVm({ name: 'web-1' }).id])
  await asked(world, ['web-1'])
  world.fake.clock.pass(10 * 60_000)
  await world.restart()
  await machinesOf(world.provider())
  await eventsOf(world.provider(), 1)
  const file = join(world.folder, `azure-activity-${world.provider().id}.sealed`)
  const text = readFileSync(file, 'utf8')
  expect(text).not.toMatch(/web-1|kim|grant/)
  writeFileSync(file, `${text.trim().replace(/^./, 'x')}\n${text}`)
  await world.restart()
  await machinesOf(world.provider())
  expect(await eventsOf(world.provider(), 1)).toMatchObject([{ seq: 1 }])
})

test('a technician who may not read the activity log has an empty one', async () => {
  const world = await azureWorld()
  world.fake.addPolicy([world.fake.addVm({ name: 'web-1' }).id])
  await asked(world, ['web-1'])
  world.fake.clock.pass(10 * 60_000)
  world.fake.faults.next({ path: /eventtypes/ }, { kind: 'forbidden', action: 'Microsoft.Insights/eventtypes/values/read' }, 100)
  expect(await world.provider().events?.count()).toBe(0)
})
