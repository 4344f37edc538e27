/** Whether a machine, as the store knows it, lets a request through; the first thing that does not becomes the problem. Pure. */
import type { Caller } from './api.ts'
import { reasonAgainst } from './machineRow.ts'
import { isAllowed, rulesInForce } from './policies/effective.ts'
import type { Effective } from './policies/effective.ts'
import { checkRequest, longestWindow } from './policy.ts'
import { GatewayProblem } from './problems.ts'
import { isInside, parseRange } from './source.ts'
import type { MachineRow } from './store/tables.ts'

interface Request {
  ports: readonly number[]
  /** undefined: what was asked for is no duration. */
  durationMs: number | undefined
  source: string
  /** Who asks, with the roles of that time. */
  person: Pick<Caller, 'technician' | 'roles'>
}

const problemOf = { port: 'portNotAllowed', duration: 'durationNotAllowed', source: 'sourceNotAllowed' } as const

/** `callerAddress`, where given, is the only source that a grant may be for: this gateway serves one computer. */
export function judge(machine: MachineRow, policy: Effective, request: Request, callerAddress?: string): GatewayProblem | undefined {
  const reason = reasonAgainst(machine)
  if (reason !== undefined) return new GatewayProblem('unsupported', { reason })
  const rules = rulesInForce(policy)
  if (rules.length === 0) return new GatewayProblem('jitOff')
  if (!isAllowed(policy.allowed.value, request.person)) return new GatewayProblem('notPermitted')
  if (parseRange(request.source) === undefined) return new GatewayProblem('invalidInput', { field: 'source', reason: 'badRange' })
  const verdict = checkRequest(rules, { ...request, durationMs: request.durationMs ?? Number.NaN })
  if (!verdict.allowed) return new GatewayProblem(problemOf[verdict.part], { allowed: verdict.allows })
  if (callerAddress !== undefined && !isInside(request.source, callerAddress)) {
    return new GatewayProblem('sourceNotAllowed', { allowed: callerAddress })
  }
  return undefined
}

/** The longest window that policy allows for these ports together, in milliseconds. */
export function longestFor(policy: Effective, ports: readonly number[]): number {
  return longestWindow(rulesInForce(policy), ports)
}
