/** The part of the HTTP contract that lets others check the log (AUD-3). Hashes are SHA-256 in base64; docs/log-format.md says over what. */
import { z } from '@hono/zod-openapi'
import { AuditEvent } from '../api.ts'

/** How many events, or the place of one from 0 on: the event with `seq` n is at n - 1. */
const Count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
/** SHA-256 in base64. */
const Sha256 = z.string().length(44)
/**
 * GET /v1/log/checkpoint : what the log holds now. `checkpoint` is a signed note (C2SP tlog-checkpoint), `publicKey` the key that signed it
 * (`name+id+key`). Both are absent when the gateway has no key: the log is then unsigned, and proves nothing to others.
 */
export const Checkpointed = z.object({
  origin: z.string(),
  size: z.int(),
  root: Sha256,
  publicKey: z.string().optional(),
  checkpoint: z.string().optional(),
})
export type Checkpointed = z.infer<typeof Checkpointed>
/** GET /v1/log/entries : from `from` to before `to`, 1,000 at most; fewer at the end of the log. A leaf is an entry's canonical JSON (RFC 8785). */
export const EntriesQuery = z.strictObject({ from: Count, to: Count })
export const LogEntries = z.object({ from: z.int(), entries: z.array(AuditEvent) })
export type LogEntries = z.infer<typeof LogEntries>
/** GET /v1/log/proof/inclusion */
export const InclusionQuery = z.strictObject({ index: Count, size: Count })
export const InclusionProof = z.object({ index: z.int(), size: z.int(), leaf: Sha256, proof: z.array(Sha256) })
export type InclusionProof = z.infer<typeof InclusionProof>
/** GET /v1/log/proof/consistency */
export const ConsistencyQuery = z.strictObject({ from: Count, to: Count })
export const ConsistencyProof = z.object({ from: z.int(), to: z.int(), proof: z.array(Sha256) })
export type ConsistencyProof = z.infer<typeof ConsistencyProof>
