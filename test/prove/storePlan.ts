import { z } from 'zod'

/** What a store in a process of its own does, and where it is ended. */
export const StorePlan = z.object({
  folder: z.string(),
  notes: z.string(),
  /** Before or after so many of the statements that it runs; or after so many milliseconds of writing. */
  killAt: z.object({ call: z.int(), when: z.enum(['before', 'after']) }).optional(),
  afterMs: z.number().optional(),
  /** Brings the file to a later version when it opens it, and ends before so many of that step's statements. */
  migrates: z.boolean(),
  migrationKill: z.int().optional(),
})
export type StorePlan = z.infer<typeof StorePlan>
