import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AzureCloud } from '../../../preload/contract/azure.ts'

/** What the console remembers of a tenant that it is signed in to; no secret. */
export const TenantRecord = z.object({
  id: z.string().regex(/^az[0-9a-f]{14}$/),
  name: z.string(),
  tenantId: z.string(),
  cloud: AzureCloud,
  clientId: z.string(),
  account: z.object({
    homeAccountId: z.string(),
    environment: z.string(),
    tenantId: z.string(),
    localAccountId: z.string(),
    username: z.string(),
  }),
  /** What was last found there, so that it can be told before Azure is asked. */
  subscriptions: z.number(),
  notLicensed: z.array(z.string()),
  tooManySubscriptions: z.literal(true).optional(),
  /** How Azure names this person as the requestor of a window, where it is not the account's name. */
  requestor: z.string().optional(),
})
export type TenantRecord = z.infer<typeof TenantRecord>

/** The same person in the same tenant always has the same id. */
export function tenantRecordId(cloud: AzureCloud, tenantId: string, homeAccountId: string): string {
  return `az${createHash('sha256').update([cloud, tenantId, homeAccountId].join('\n').toLowerCase()).digest('hex').slice(0, 14)}`
}
