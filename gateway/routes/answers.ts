/** What routes have in common in the API's document. */
import { z } from '@hono/zod-openapi'
import { Problem } from '../api.ts'

/** A JSON answer of this shape, and the problem document that any route may answer instead. */
export function answers<Status extends number, Schema extends z.ZodType>(status: Status, schema: Schema, description: string) {
  return {
    [status]: { description, content: { 'application/json': { schema } } },
    default: { description: 'Refused (RFC 9457)', content: { 'application/problem+json': { schema: Problem } } },
  } as { [key in Status]: { description: string; content: { 'application/json': { schema: Schema } } } }
}

/** A JSON body of this shape; without it, or as anything but application/json, the request is refused. */
export function body<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const
}

export const IdParam = z.object({ id: z.string().max(128) })
