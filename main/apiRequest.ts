/** A request to a gateway's HTTP API as the command line makes it: plain data, so that it can be handed to a console that runs. */
import { z } from 'zod'

export const ApiRequest = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** Below the gateway's address, with its query. Nothing in it can name another host. */
  path: z
    .string()
    .max(4000)
    .regex(/^\/v1\/[\w\-.~%!$&'()*+,;=:@/?]*$/),
  body: z.string().max(3_000_000).optional(),
  idempotencyKey: z.uuid().optional(),
})
export type ApiRequest = z.infer<typeof ApiRequest>
