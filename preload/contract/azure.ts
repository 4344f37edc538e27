/** Azure tenants (AZR): sign-in, what may be done there and what is missing for the rest, and what a policy change would send. */
import { z } from 'zod'
import { GatewayId } from './account.ts'
import { Failure } from './failures.ts'
import { MachineId, PortRule } from './machines.ts'

export const AzureCloud = z.enum(['public', 'usGovernment', 'china'])
export type AzureCloud = z.infer<typeof AzureCloud>

/**
 * A tenant that this console is signed in to; it is a provider under the same id. `signInNeeded`: its token expired or was revoked, or the tenant asks
 * for more (a claims challenge): the machines stay to be seen, nothing is asked for.
 */
export const AzureTenant = z.object({
  id: GatewayId,
  name: z.string(),
  tenantId: z.string(),
  cloud: AzureCloud,
  /** "kim@contoso.example" */
  account: z.string(),
  state: z.enum(['connected', 'offline', 'signInNeeded']),
  subscriptions: z.number(),
  /** Subscriptions without Defender for Servers Plan 2, which JIT needs, by name. */
  notLicensed: z.array(z.string()),
  /** Resource Graph reads 10,000 subscriptions at most, and this person sees more. */
  tooManySubscriptions: z.literal(true).optional(),
})
export type AzureTenant = z.infer<typeof AzureTenant>

/** A sign-in under way. */
export const AzureSignIn = z.discriminatedUnion('kind', [
  /** The system's browser was opened, or could not be. */
  z.object({ kind: z.literal('browser'), url: z.url().optional() }),
  z.object({ kind: z.literal('deviceCode'), userCode: z.string(), verificationUri: z.url(), expiresAt: z.iso.datetime() }),
  /** The person is in several tenants, and none was named. */
  z.object({
    kind: z.literal('chooseTenant'),
    account: z.string(),
    tenants: z.array(z.object({ tenantId: z.string(), name: z.string(), domain: z.string(), isSignedIn: z.boolean() })),
  }),
  z.object({ kind: z.literal('done'), id: GatewayId }),
  z.object({ kind: z.literal('failed'), failure: Failure }),
])
export type AzureSignIn = z.infer<typeof AzureSignIn>

/** What the doctor looks at, and what a technician would miss without it. */
export const AzurePurpose = z.enum(['seeMachines', 'seePolicies', 'request', 'changePolicies', 'removePolicies', 'readActivity'])
export type AzurePurpose = z.infer<typeof AzurePurpose>

/** A subscription (or a resource group, where a role is given there) and what is missing in it. */
export const AzureDiagnosis = z.object({
  subscriptions: z.array(
    z.object({
      subscriptionId: z.string(),
      name: z.string(),
      licensed: z.boolean(),
      missing: z.array(z.object({ purpose: AzurePurpose, actions: z.array(z.string()) })),
      /** It could not be asked. */
      failure: Failure.optional(),
    }),
  ),
  /** A custom role with no more than these purposes need, to be given to an administrator: JSON for `az role definition create`. */
  role: z.string(),
})
export type AzureDiagnosis = z.infer<typeof AzureDiagnosis>

/** One policy that a change would replace as a whole (a PUT), in lines of its JSON as it is and as it would be. */
export const AzurePolicyPreview = z.object({
  policies: z.array(
    z.object({
      policyId: z.string(),
      name: z.string(),
      resourceGroup: z.string(),
      location: z.string(),
      isNew: z.boolean(),
      /** It has no machine any more afterwards, and is removed. */
      isRemoved: z.boolean(),
      machines: z.array(z.object({ machineId: MachineId, name: z.string() })),
      /** Other machines in it, which stay as they are. */
      others: z.number(),
      before: z.string(),
      after: z.string(),
    }),
  ),
  /** Machines for which it cannot be done, and why. */
  refused: z.array(z.object({ machineId: MachineId, failure: Failure })),
})
export type AzurePolicyPreview = z.infer<typeof AzurePolicyPreview>

const none = z.object({})
const signInId = z.object({ signInId: z.string().max(64) })

export const azureCalls = {
  'azure.tenants': { input: none, output: z.object({ tenants: z.array(AzureTenant) }) },
  /** `tenant`: an id or a domain. `clientId`: the organisation's own app registration. `again`: this tenant's sign-in is renewed. */
  'azure.beginSignIn': {
    input: z.object({
      cloud: AzureCloud,
      way: z.enum(['browser', 'deviceCode']),
      tenant: z.string().trim().max(253).optional(),
      clientId: z.uuid().optional(),
      again: GatewayId.optional(),
    }),
    output: signInId,
  },
  'azure.signIn': { input: signInId, output: AzureSignIn },
  'azure.chooseTenant': { input: signInId.extend({ tenantId: z.string().max(64) }), output: z.object({}) },
  'azure.cancelSignIn': { input: signInId, output: z.object({}) },
  /** Forgets the tenant: its tokens, its machines, and what was kept of it. */
  'azure.signOut': { input: z.object({ id: GatewayId }), output: z.object({}) },
  'azure.diagnose': { input: z.object({ id: GatewayId }), output: AzureDiagnosis },
  /** What turning on (`defaults`), changing or turning off (no rules) would send. Nothing is changed. */
  'azure.previewPolicies': {
    input: z.object({
      machineIds: z.array(MachineId).min(1).max(200),
      rules: z.union([z.literal('defaults'), z.array(PortRule).max(50)]),
    }),
    output: AzurePolicyPreview,
  },
} as const
