/** What a technician may ask for, worked out from the machines' rules (REQ-1: only that can be chosen). Pure. */
import type { Output, PortRule } from '../../preload/contract.ts'
import { toMs } from '../providers/isoDuration.ts'

type MachineOptions = Output<'grants.options'>['machines'][number]

export function optionsOf(
  machine: { machineId: string; name: string; rules: PortRule[]; unsupportedReason?: string; allowed?: Allowed },
  person: Person,
): MachineOptions {
  const { machineId, name, rules, allowed } = machine
  const unavailable = machine.unsupportedReason
    ? 'unsupported'
    : rules.length === 0
      ? 'jitOff'
      : isBarred(allowed, person)
        ? 'notAllowed'
        : undefined
  if (unavailable) return { machineId, name, ports: [], unavailable }
  const ports = rules.map(({ port, protocol, sources, maxDuration }) => ({ port, protocol, sources, maxDurationMs: toMs(maxDuration) }))
  return { machineId, name, ports }
}

interface Allowed {
  roles?: string[] | undefined
  people?: string[] | undefined
}

/** Who asks, as the provider knows this console. Roles are absent where the provider has none. */
interface Person {
  technician: string
  roles?: readonly string[] | undefined
}

/** POL-5, as the provider judges it: one of the roles or the name is enough. What it does not tell bars nobody here; it refuses by itself. */
function isBarred(allowed: Allowed | undefined, { technician, roles }: Person): boolean {
  if (!allowed || roles === undefined || (allowed.roles === undefined && allowed.people === undefined)) return false
  return !(allowed.roles?.some((role) => roles.includes(role)) === true || allowed.people?.includes(technician) === true)
}

/** The longest window that all of these ports may have together; undefined when one of them has no rule. */
export function longestFor(rules: readonly PortRule[], ports: readonly number[]): number | undefined {
  const longest = ports.map((port) => rules.find((rule) => rule.port === port)).map((rule) => (rule ? toMs(rule.maxDuration) : undefined))
  if (longest.length === 0 || longest.includes(undefined)) return undefined
  return Math.min(...longest.filter((ms) => ms !== undefined))
}
