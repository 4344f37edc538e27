/** Whether a machine, as the store knows it, lets a request through; the first thing that does not becomes the problem. Pure. */
import { rulesOf, reasonAgainst } from './machineRow.ts'
import { checkRequest, longestWindow } from './policy.ts'
import { GatewayProblem } from './problems.ts'
import { isInside, parseRange } from './source.ts'
import type { MachineRow } from './store/tables.ts'

interface Request {
  ports: readonly number[]
  /** undefined: what was asked for is no duration. */
  durationMs: number | undefined
  source: string
}

const problemOf = { port: 'portNotAllowed', duration: 'durationNotAllowed', source: 'sourceNotAllowed' } as const

/** `callerAddress`, where given, is the only source that a grant may be for: this gateway serves one computer. */
export function judge(machine: MachineRow, request: Request, callerAddress?: string): GatewayProblem | undefined {
  const reason = reasonAgainst(machine)
  if (reason !== undefined) return new GatewayProblem('unsupported', { reason })
  const rules = rulesOf(machine)
  if (rules.length === 0) return new GatewayProblem('jitOff')
  if (parseRange(request.source) === undefined) return new GatewayProblem('invalidInput', { field: 'source', reason: 'badRange' })
  const verdict = checkRequest(rules, { ...request, durationMs: request.durationMs ?? Number.NaN })
  if (!verdict.allowed) return new GatewayProblem(problemOf[verdict.part], { allowed: verdict.allows })
  if (callerAddress !== undefined && !isInside(request.source, callerAddress)) {
    return new GatewayProblem('sourceNotAllowed', { allowed: callerAddress })
  }
  return undefined
}

/** The longest window that the machine's policy allows for these ports together, in milliseconds. */
export function longestFor(machine: MachineRow, ports: readonly number[]): number {
  return longestWindow(rulesOf(machine), ports)
}
