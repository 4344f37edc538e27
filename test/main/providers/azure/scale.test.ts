/**
 * How pages are counted: one question is one page for each 1,000 rows. Machines are one question; what is small (subscriptions, licences, subnets with a
 * group, firewalls, machines for which JIT is not applicable) is five more, each of one page here.
 */
import { expect, test } from 'vitest'
import { azureWorld } from './azureWorld.ts'
import { machinesOf } from './machinesOf.ts'

const subscriptionCount = 200
const perSubscription = 100

test('20,000 machines in 200 subscriptions come page by page, with one policy list of each subscription', async () => {
  const world = await azureWorld()
  const { fake } = world
  for (let index = 0; index < subscriptionCount; index += 1) {
    const subscriptionId = fake.addSubscription({ name: `Customer ${index}` }).id
    const ids = Array.from({ length: perSubscription }, (_, at) => fake.addVm({ name: `vm-${at}`, subscriptionId }).id)
    fake.addPolicy(ids.slice(0, 5))
  }
  await world.signIn()
  const provider = world.provider()
  let atOnce = 0
  let mostAtOnce = 0
  fake.server.on('request', (_, response) => {
    atOnce += 1
    mostAtOnce = Math.max(mostAtOnce, atOnce)
    response.once('close', () => (atOnce -= 1))
  })

  const startedAt = performance.now()
  const first = await provider.machines()
  const firstMs = performance.now() - startedAt
  expect(first.machines).toHaveLength(1000)
  const firstLists = listsOf(fake.requests)
  // Usable as they arrive: the first page has its own subscriptions' policies and no others.
  expect(firstLists.length).toBeLessThanOrEqual(11)
  expect(first.machines.filter(({ rules }) => rules.length > 0).length).toBeGreaterThan(40)

  let { cursor, more } = first
  const seen = new Set(first.machines.map(({ id }) => id))
  while (more) {
    const page = await provider.machines(cursor)
    for (const { id } of page.machines) seen.add(id)
    ;({ cursor, more } = page)
  }
  const allMs = performance.now() - startedAt
  expect(seen.size).toBe(subscriptionCount * perSubscription)
  expect(fake.graph.pages.machines).toBeLessThanOrEqual(1 + Math.ceil((subscriptionCount * perSubscription) / 1000))
  expect(Object.values(fake.graph.pages).reduce((sum, pages) => sum + pages, 0)).toBe(fake.graph.pages.machines + 5)
  const lists = listsOf(fake.requests)
  expect(lists).toHaveLength(subscriptionCount)
  expect(new Set(lists).size).toBe(subscriptionCount)
  expect(mostAtOnce).toBeLessThanOrEqual(8)
  // A wide bound: it says that nothing is done for all machines at each page.
  expect(firstMs).toBeLessThan(allMs / 2)
  expect(await machinesOf(provider)).toHaveLength(subscriptionCount * perSubscription)
  expect(fake.violations).toEqual([])
}, 60_000)

function listsOf(requests: readonly { path: string }[]): string[] {
  return requests
    .map(({ path }) => path)
    .filter((path) => /^\/subscriptions\/[^/]+\/providers\/Microsoft\.Security\/jitNetworkAccessPolicies$/.test(path))
}
