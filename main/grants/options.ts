/** What a technician may ask for, worked out from the machines' rules (REQ-1: only that can be chosen). Pure. */
import type { Grant, Output, PortRule } from '../../preload/contract.ts'
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

/** Others' windows on a machine; a request for the same ports would join them or, in Azure, take their place. */
export function openForOthers(grants: readonly Grant[], machineId: string, technician: string): Pick<MachineOptions, 'openFor'> {
  const openFor = grants
    .filter((grant) => grant.machineId === machineId && grant.requestedBy !== technician)
    .filter(({ state }) => state === 'open' || state === 'opening')
    .flatMap(({ requestedBy, source, endsAt, ports }) =>
      endsAt === undefined ? [] : ports.map((port) => ({ requestedBy, port, source, endsAt })),
    )
  return openFor.length > 0 ? { openFor } : {}
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
