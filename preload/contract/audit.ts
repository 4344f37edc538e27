import { z } from 'zod'
import { MachineId } from './machines.ts'

/** `topic.happened`, such as `grant.opened`, `session.ended`, `hostKey.changed`. The list is in gateway/api.ts. */
export const AuditRow = z.object({
  seq: z.number(),
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  outcome: z.enum(['ok', 'refused', 'failed']),
  machineId: MachineId.optional(),
  machineName: z.string().optional(),
  site: z.string().optional(),
  grantId: z.string().optional(),
  port: z.number().optional(),
  /** Further facts of the event, as written; shown as text only. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})
export type AuditRow = z.infer<typeof AuditRow>

export const AuditFilter = z.object({
  machineId: MachineId.optional(),
  grantId: z.string().max(64).optional(),
  text: z.string().max(200).optional(),
  topics: z.array(z.string().max(40)).max(20).optional(),
  outcomes: z.array(z.enum(['ok', 'refused', 'failed'])).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
})
export type AuditFilter = z.infer<typeof AuditFilter>

export const AuditPage = z.object({
  rows: z.array(AuditRow),
  /** `before` for the next page; absent at the end. */ next: z.number().optional(),
})
export type AuditPage = z.infer<typeof AuditPage>
