/** What crosses between the console and the keychain's process. */
import { z } from 'zod'

export const Question = z.object({
  id: z.int(),
  op: z.enum(['getPassword', 'setPassword', 'deletePassword']),
  service: z.string(),
  account: z.string(),
  secret: z.string().optional(),
})
export type Question = z.infer<typeof Question>

export const Answer = z.union([
  /** A secret or null, done (true), or whether there was something to delete. */
  z.object({ id: z.int(), value: z.union([z.string(), z.boolean(), z.null()]) }),
  z.object({ id: z.int(), error: z.string() }),
])
export type Answer = z.infer<typeof Answer>
