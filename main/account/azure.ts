/** Azure tenants as the window sees them: signing in and out, what is missing, and what a policy change would send. */
import type { AzureDiagnosis, AzurePolicyPreview, AzureSignIn, AzureTenant, Input, PortRule } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import { byProvider, type Providers } from '../providers/ids.ts'

/** Members throw CallError. */
export interface AzureTenants {
  list(): AzureTenant[]
  beginSignIn(input: Input<'azure.beginSignIn'>): Promise<{ signInId: string }>
  signIn(signInId: string): AzureSignIn
  chooseTenant(signInId: string, tenantId: string): Promise<void>
  cancelSignIn(signInId: string): Promise<void>
  signOut(id: string): Promise<void>
  diagnose(id: string): Promise<AzureDiagnosis>
  /** Asked with the tenant's own machine ids; the answer has the console's. */
  previewPolicies(id: string, machineIds: string[], rules: PortRule[] | 'defaults'): Promise<AzurePolicyPreview>
}

export function createAzureCalls(tenants: AzureTenants, providers: Providers): HandlersOf<'azure'> {
  return {
    'azure.tenants': () => ({ tenants: tenants.list() }),
    'azure.beginSignIn': (input) => tenants.beginSignIn(input),
    'azure.signIn': ({ signInId }) => tenants.signIn(signInId),
    async 'azure.chooseTenant'({ signInId, tenantId }) {
      await tenants.chooseTenant(signInId, tenantId)
      return {}
    },
    async 'azure.cancelSignIn'({ signInId }) {
      await tenants.cancelSignIn(signInId)
      return {}
    },
    async 'azure.signOut'({ id }) {
      await tenants.signOut(id)
      return {}
    },
    'azure.diagnose': ({ id }) => tenants.diagnose(id),
    async 'azure.previewPolicies'({ machineIds, rules }) {
      const known = new Set(tenants.list().map(({ id }) => id))
      const groups = [...byProvider(providers, machineIds)]
      // Others have levels, whose changes are looked at there.
      if (groups.some(([{ id }]) => !known.has(id))) throw new CallError({ tag: 'notAllowed', part: 'permission', allowed: '' })
      const previews = await Promise.all(groups.map(([provider, ids]) => tenants.previewPolicies(provider.id, ids, rules)))
      return { policies: previews.flatMap(({ policies }) => policies), refused: previews.flatMap(({ refused }) => refused) }
    },
  }
}
