/** What Azure refuses something with, as what the technician can do about it. Codes are not published for JIT, so its sentences are read too. */
import { z } from 'zod'
import type { Failure, FailureOf } from '../../../preload/contract.ts'
import { qualify } from '../ids.ts'

/** Members are read-only and optional by the contract; what is more in them is of no use here. */
export const CloudError = z.object({ error: z.object({ code: z.string().nullish(), message: z.string().nullish() }) })
export type CloudErrorBody = z.infer<typeof CloudError>['error']

/** What a call is about, for the words of a refusal. `action`: what a role must have for it. */
export interface About {
  what: FailureOf<'notFound'>['what']
  machineId?: string
  action?: string
}

export function toFailure(provider: string, status: number, error: CloudErrorBody | undefined, about: About): Failure {
  const code = error?.code ?? ''
  const message = error?.message ?? ''
  const machineId = about.machineId === undefined ? '' : qualify({ id: provider }, about.machineId)
  if (status === 401) return { tag: 'notKnown', provider }
  if (status === 403) {
    if (/RequestDisallowedByPolicy|disabled/i.test(code)) return { tag: 'unsupported', machineId, reason: 'disabledByPolicy' }
    return { tag: 'notAllowed', part: 'permission', allowed: actionIn(message) ?? about.action ?? '' }
  }
  if (status === 404)
    return machineId !== '' && /polic/i.test(message) ? { tag: 'jitOff', machineId } : { tag: 'notFound', what: about.what }
  if (status === 409) return { tag: 'inProgress' }
  if (status === 412) return { tag: 'conflict', what: 'policy' }
  if (status === 429) return { tag: 'offline', provider, why: 'busy' }
  if (status >= 500) return { tag: 'badAnswer', provider }
  if (/not a subset of policy/i.test(message)) return { tag: 'gateFailed', detail: 'notInPolicy' }
  return { tag: 'gateFailed', detail: message.slice(0, 300) || code || `status ${status}` }
}

/** "… does not have authorization to perform action 'Microsoft.Security/…' over scope …" */
function actionIn(message: string): string | undefined {
  return /perform action '(?<action>[\w./*-]{1,200})'/.exec(message)?.groups?.['action']
}
