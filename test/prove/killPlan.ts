/** What a gateway that will be killed is told to do, and what it writes down of it, a line each. */
import { z } from 'zod'

export const Plan = z.object({
  folder: z.string(),
  notes: z.string(),
  relayAddress: z.string(),
  /** Of the machine. */
  port: z.int(),
  does: z.enum(['script', 'load']),
  /** The call of the store or the gate, counted from 1. */
  killAt: z.object({ call: z.int(), when: z.enum(['before', 'after']) }).optional(),
})
export type Plan = z.infer<typeof Plan>

const Asked = z.object({ machineId: z.string(), ports: z.array(z.int()), duration: z.string(), reason: z.string() })

export const Note = z.discriminatedUnion('did', [
  z.object({ did: z.literal('asked'), key: z.string(), body: Asked }),
  z.object({ did: z.literal('granted'), key: z.string(), id: z.string(), endsAt: z.string(), port: z.int() }),
  z.object({ did: z.literal('askedToExtend'), id: z.string() }),
  z.object({ did: z.literal('extended'), id: z.string(), endsAt: z.string() }),
  z.object({ did: z.literal('released'), id: z.string() }),
  z.object({ did: z.literal('told'), mark: z.string() }),
  z.object({ did: z.literal('began') }),
  z.object({ did: z.literal('everything'), calls: z.int() }),
])
export type Note = z.infer<typeof Note>
