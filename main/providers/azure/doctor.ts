/** What a technician may do in each subscription, what is missing for the rest by name, and a role for it. Pure. */
import type { z } from 'zod'
import type { AzureDiagnosis, AzurePurpose } from '../../../preload/contract/azure.ts'
import { mayDo, type Permission } from './permissions.ts'
import { jit } from './policies.ts'

type Purpose = z.infer<typeof AzurePurpose>

/** The fewest actions for each (Microsoft's Set-JitLeastPrivilegedRole, and what Azure refused people for). */
export const actionsFor: Readonly<Record<Purpose, readonly string[]>> = {
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

export function missingFor(permissions: readonly Permission[]): AzureDiagnosis['subscriptions'][number]['missing'] {
  return purposes.flatMap((purpose) => {
    const actions = actionsFor[purpose].filter((action) => !mayDo(permissions, action))
    return actions.length === 0 ? [] : [{ purpose, actions }]
  })
}

/** For `az role definition create`: the everyday purposes, and those of policies only where nothing else is missing. */
export function roleFor(subscriptions: readonly AzureDiagnosis['subscriptions'][number][]): string {
  const lacking = subscriptions.filter(({ missing }) => missing.length > 0)
  const missing = new Set(lacking.flatMap((one) => one.missing.map(({ purpose }) => purpose)))
  const isOnlyPolicies = missing.size > 0 && everyday.every((purpose) => !missing.has(purpose))
  const wanted = isOnlyPolicies ? [...everyday, ...missing] : everyday
  const role = {
    Name: isOnlyPolicies ? 'Gatehouse JIT policy administrator' : 'Gatehouse JIT requester',
    IsCustom: true,
    Description: 'What the Gatehouse console needs for just-in-time access to virtual machines, and no more.',
    Actions: [...new Set(wanted.flatMap((purpose) => actionsFor[purpose]))].sort(),
    NotActions: [],
    AssignableScopes: (lacking.length > 0 ? lacking : subscriptions).map(({ subscriptionId }) => `/subscriptions/${subscriptionId}`),
  }
  return JSON.stringify(role, null, 2)
}
