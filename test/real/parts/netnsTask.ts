/** What a peer in a network namespace is told to do, and what it answers. */
import { z } from 'zod'

export const Task = z.discriminatedUnion('do', [
  z.object({ do: z.literal('listen'), id: z.int(), port: z.int(), talksAfterMs: z.number().optional() }),
  z.object({
    do: z.literal('connect'),
    id: z.int(),
    host: z.string(),
    port: z.int(),
    from: z.string().optional(),
    chatty: z.boolean(),
    timeoutMs: z.number(),
  }),
  z.object({ do: z.literal('echo'), id: z.int(), connection: z.int() }),
  z.object({ do: z.literal('hear'), id: z.int(), connection: z.int(), timeoutMs: z.number() }),
])
export type Task = z.infer<typeof Task>

/** `how` it went: `connected`, `echoed`, `heard`, or an error's code. `atMs` since the epoch. Task 0: a connection ended by itself. */
export const Answer = z.object({ task: z.int(), how: z.string(), atMs: z.number(), connection: z.int().optional() })
export type Answer = z.infer<typeof Answer>
