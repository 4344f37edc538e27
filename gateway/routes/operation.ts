/** What the API's document says of one operation beside its schemas. */
import type { Problem } from '../api.ts'

export interface Operation {
  summary: string
  tag: 'machines' | 'access' | 'sign-ins' | 'agents' | 'policy' | 'people' | 'log' | 'gateway'
  /** Beside those that any operation may answer (document.ts). */
  problems?: readonly Problem['code'][]
  /** The body of a request, and the answer to it. */
  request?: unknown
  answer?: unknown
}
