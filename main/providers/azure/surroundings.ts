/** What decides whether a machine can have JIT, and is not the machine's own: one question each, for all subscriptions. */
import { networkOf, type Surroundings } from './derive.ts'
import type { Graph } from './graph.ts'
import { firewallsQuestion, licencesQuestion, notApplicableQuestion, subnetsQuestion, subscriptionsQuestion } from './questions.ts'

/** Throws as Graph.all does. */
export async function readSurroundings(graph: Graph): Promise<Surroundings> {
  const [subscriptions, licences, subnets, firewalls, notApplicable] = await Promise.all([
    graph.all(subscriptionsQuestion),
    graph.all(licencesQuestion),
    graph.all(subnetsQuestion),
    graph.all(firewallsQuestion),
    graph.all(notApplicableQuestion),
  ])
  const licensed = new Map(licences.map(({ subscriptionId, tier, subPlan }) => [subscriptionId.toLowerCase(), hasJit(tier, subPlan)]))
  return {
    subscriptions: new Map(
      subscriptions.map(({ subscriptionId, name }) => {
        const isLicensed = licensed.get(subscriptionId.toLowerCase())
        return [subscriptionId.toLowerCase(), { name, ...(isLicensed !== undefined && { isLicensed }) }]
      }),
    ),
    protectedSubnets: new Set(subnets.map(({ subnetId }) => subnetId)),
    firewalls: new Map(firewalls.map(({ subnetId, firewallPolicyId }) => [networkOf(subnetId), firewallPolicyId !== ''])),
    notApplicable: new Map(notApplicable.map(({ machineId, cause }) => [machineId, cause])),
  }
}

/** Defender for Servers Plan 1 has no JIT; subscriptions from before the plans have all of it under no plan's name. */
const hasJit = (tier: string, subPlan: string) => tier.toLowerCase() === 'standard' && subPlan.toLowerCase() !== 'p1'
