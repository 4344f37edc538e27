/** Resource Graph's part: it knows the questions of the console by what they are about, and answers from the stand-in's world. It speaks no Kusto. */
import { z } from 'zod'
import { json, refusal, type Answer } from './exchange.ts'
import type { World } from './world.ts'

const Body = z.strictObject({
  query: z.string(),
  subscriptions: z.array(z.string()).optional(),
  options: z.strictObject({ $top: z.int().min(1).max(1000), $skipToken: z.string().optional(), resultFormat: z.literal('objectArray') }),
})

const kinds = {
  machines: /microsoft\.compute\/virtualmachines/i,
  subscriptions: /microsoft\.resources\/subscriptions/i,
  licences: /microsoft\.security\/pricings/i,
  subnets: /microsoft\.network\/virtualnetworks/i,
  firewalls: /microsoft\.network\/azurefirewalls/i,
  notApplicable: /microsoft\.security\/assessments/i,
} as const
export type Kind = keyof typeof kinds

function sorted<Row>(rows: Row[], key: (row: Row) => string): Row[] {
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}

export function createGraphAnswers(world: World, options: { limitHit: () => boolean; visible: (subscriptionId: string) => boolean }) {
  const pages: Record<Kind, number> = { machines: 0, subscriptions: 0, licences: 0, subnets: 0, firewalls: 0, notApplicable: 0 }

  function rowsOf(kind: Kind): object[] {
    const vms = [...world.vms.values()].filter(({ subscriptionId }) => options.visible(subscriptionId))
    const subscriptions = [...world.subscriptions.values()].filter(({ id }) => options.visible(id))
    switch (kind) {
      case 'machines':
        return sorted(
          vms.map((vm) => ({
            id: vm.id.toLowerCase(),
            type: `microsoft.${vm.isClassic ? 'classic' : ''}compute/virtualmachines`,
            name: vm.name,
            subscriptionId: vm.subscriptionId,
            resourceGroup: vm.resourceGroup,
            location: vm.location,
            tags: vm.tags,
            os: vm.os,
            osVersion: vm.os === 'Windows' ? '2022-datacenter' : '24_04-lts',
            createdAt: '2026-01-02T03:04:05.1234567Z',
            privateIp: vm.privateIp,
            subnetId: vm.subnetId,
            nicNsg: '',
            publicIp: vm.publicIp,
            fqdn: '',
          })),
          ({ id }) => id,
        )
      case 'subscriptions':
        return sorted(subscriptions, ({ id }) => id).map(({ id, name }) => ({ subscriptionId: id, name }))
      case 'licences':
        return sorted(subscriptions, ({ id }) => id).map(({ id, licensed }) => ({
          subscriptionId: id,
          tier: licensed ? 'Standard' : 'Free',
          subPlan: licensed ? 'P2' : '',
        }))
      case 'subnets':
        return sorted([...new Set(vms.filter(({ hasNsg }) => hasNsg).map(({ subnetId }) => subnetId))], (id) => id).map((subnetId) => ({
          subnetId,
        }))
      case 'firewalls': {
        const byNetwork = new Map(
          vms.flatMap(({ firewall, subnetId }) => (firewall ? [[subnetId.replace(/\/subnets\/.*/, ''), firewall]] : [])),
        )
        return sorted([...byNetwork], ([network]) => network).map(([network, { isManaged }]) => ({
          id: `${network}-firewall`,
          subnetId: `${network}/subnets/azurefirewallsubnet`,
          firewallPolicyId: isManaged ? '/subscriptions/0/firewallPolicies/p' : '',
        }))
      }
      case 'notApplicable':
        return sorted(
          vms.filter(({ notApplicable }) => notApplicable !== undefined),
          ({ id }) => id,
        ).map(({ id, notApplicable }) => ({ machineId: id.toLowerCase(), cause: notApplicable }))
    }
  }

  /** A reading is over what there was when it began. */
  const held = new Map<string, object[]>()

  return {
    pages,
    forgetTokens: () => held.clear(),
    handle(text: string): Answer {
      const parsed = Body.safeParse(JSON.parse(text))
      if (!parsed.success) return refusal(400, 'BadRequest', parsed.error.message)
      const { query, options: asked } = parsed.data
      if (!/\| order by /.test(query)) return refusal(400, 'BadRequest', 'paging needs an order')
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the record above
      const kind = (Object.keys(kinds) as Kind[]).find((one) => kinds[one].test(query.split('| join')[0] ?? ''))
      if (!kind) return refusal(400, 'BadRequest', 'the stand-in does not know this question')
      pages[kind] += 1
      const [run = `${kind}-${Math.random()}`, from = '0'] = asked.$skipToken?.split(' ') ?? []
      const rows = asked.$skipToken === undefined ? rowsOf(kind) : held.get(run)
      if (!rows) return refusal(400, 'BadRequest', 'The skip token is not valid.')
      held.set(run, rows)
      const end = Number(from) + asked.$top
      const data = rows.slice(Number(from), end)
      return json(
        200,
        {
          totalRecords: rows.length,
          count: data.length,
          resultTruncated: 'false',
          data,
          ...(end < rows.length && { $skipToken: `${run} ${end}` }),
        },
        options.limitHit() ? { 'x-ms-tenant-subscription-limit-hit': 'true' } : {},
      )
    },
  }
}
