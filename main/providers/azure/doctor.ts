/** What a technician may do in each subscription, what is missing for the rest by name, and a role for it. */
import type { z } from 'zod'
import type { AzureDiagnosis, AzurePurpose } from '../../../preload/contract/azure.ts'
import { CallError } from '../../callError.ts'
import type { Surroundings } from './derive.ts'
import { inTurns } from './inTurns.ts'
import { mayDo, type Permission, type Permissions } from './permissions.ts'
import { jit } from './policies.ts'
import type { Machine } from './questions.ts'

type Purpose = z.infer<typeof AzurePurpose>

/** The fewest actions for each (Microsoft's Set-JitLeastPrivilegedRole, and what Azure refused people for). */
const actionsFor: Readonly<Record<Purpose, readonly string[]>> = {
  seeMachines: [
    'Microsoft.Compute/virtualMachines/read',
    'Microsoft.Network/networkInterfaces/read',
    'Microsoft.Network/publicIPAddresses/read',
    'Microsoft.Network/virtualNetworks/read',
    'Microsoft.Network/azureFirewalls/read',
    'Microsoft.Resources/subscriptions/read',
  ],
  seePolicies: [
    `${jit}/read`,
    'Microsoft.Security/policies/read',
    'Microsoft.Security/pricings/read',
    'Microsoft.Security/assessments/read',
  ],
  request: [
    `${jit}/read`,
    `${jit}/initiate/action`,
    'Microsoft.Compute/virtualMachines/read',
    'Microsoft.Network/networkInterfaces/read',
    'Microsoft.Network/publicIPAddresses/read',
  ],
  changePolicies: [`${jit}/write`, 'Microsoft.Compute/virtualMachines/write'],
  removePolicies: [`${jit}/delete`],
  readActivity: ['Microsoft.Insights/eventtypes/values/read'],
}

/** What a technician needs to come to a machine. To change policies is another person's role, as often as not: writing machines is much. */
const everyday: readonly Purpose[] = ['seeMachines', 'seePolicies', 'request', 'readActivity']

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the record above
const purposes = Object.keys(actionsFor) as Purpose[]

function missingFor(permissions: readonly Permission[]): AzureDiagnosis['subscriptions'][number]['missing'] {
  return purposes.flatMap((purpose) => {
    const actions = actionsFor[purpose].filter((action) => !mayDo(permissions, action))
    return actions.length === 0 ? [] : [{ purpose, actions }]
  })
}

/** A subscription, or a resource group in it where a role is given there. */
interface Examined {
  scope: string
  subscription: AzureDiagnosis['subscriptions'][number]
}

/** For `az role definition create`: the everyday purposes, and those of policies only where nothing else is missing. */
function roleFor(examined: readonly Examined[]): string {
  const lacking = examined.filter(({ subscription }) => subscription.missing.length > 0)
  const missing = new Set(lacking.flatMap(({ subscription }) => subscription.missing.map(({ purpose }) => purpose)))
  const isOnlyPolicies = missing.size > 0 && everyday.every((purpose) => !missing.has(purpose))
  const wanted = isOnlyPolicies ? [...everyday, ...missing] : everyday
  const role = {
    Name: isOnlyPolicies ? 'Gatehouse JIT policy administrator' : 'Gatehouse JIT requester',
    IsCustom: true,
    Description: 'What the Gatehouse console needs for just-in-time access to virtual machines, and no more.',
    Actions: [...new Set(wanted.flatMap((purpose) => actionsFor[purpose]))].sort(),
    NotActions: [],
    AssignableScopes: (lacking.length > 0 ? lacking : examined).map(({ scope }) => scope),
  }
  return JSON.stringify(role, null, 2)
}

/** As many groups of one subscription are asked about; a person with roles in more of them has them by a group of people. */
const mostGroups = 30

/** Asks Azure for each subscription, and for its resource groups where it does not give everything by itself. */
export async function diagnose(
  permissions: Pick<Permissions, 'read'>,
  { subscriptions }: Surroundings,
  machines: readonly Machine[],
): Promise<AzureDiagnosis> {
  const groups = Map.groupBy(machines, ({ subscriptionId }) => subscriptionId.toLowerCase())

  async function examine(scope: string, about: Omit<Examined['subscription'], 'missing'>): Promise<Examined> {
    try {
      return { scope, subscription: { ...about, missing: missingFor(await permissions.read(scope)) } }
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      return { scope, subscription: { ...about, missing: [], failure: error.failure } }
    }
  }

  const found = await inTurns(subscriptions, 8, async ([subscriptionId, { name, isLicensed }]) => {
    const scope = `/subscriptions/${encodeURIComponent(subscriptionId)}`
    const about = { subscriptionId, name, licensed: isLicensed !== false }
    const whole = await examine(scope, about)
    const names = new Set((groups.get(subscriptionId) ?? []).map(({ resourceGroup }) => resourceGroup.toLowerCase()))
    if (whole.subscription.missing.length === 0 || names.size === 0 || names.size > mostGroups) return [whole]
    const parts = await inTurns(names, 4, (group) =>
      examine(`${scope}/resourceGroups/${encodeURIComponent(group)}`, { ...about, name: `${name} / ${group}` }),
    )
    const isSame = (one: Examined) => JSON.stringify(one.subscription.missing) === JSON.stringify(whole.subscription.missing)
    return parts.every(isSame) ? [whole] : parts
  })
  const examined = found.flat()
  return { subscriptions: examined.map(({ subscription }) => subscription), role: roleFor(examined) }
}
