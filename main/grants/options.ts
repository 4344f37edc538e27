/** What a technician may ask for, worked out from the machines' rules (REQ-1: only that can be chosen). Pure. */
import type { Output, PortRule } from '../../preload/contract.ts'
import { toMs } from '../providers/isoDuration.ts'

type MachineOptions = Output<'grants.options'>['machines'][number]

export function optionsOf(machine: { machineId: string; name: string; rules: PortRule[]; unsupportedReason?: string }): MachineOptions {
  const ports = machine.unsupportedReason
    ? []
    : machine.rules.map((rule) => ({
        port: rule.port,
        protocol: rule.protocol,
        sources: rule.sources,
        maxDurationMs: toMs(rule.maxDuration),
      }))
  const unavailable = machine.unsupportedReason ? 'unsupported' : ports.length === 0 ? 'jitOff' : undefined
  return { machineId: machine.machineId, name: machine.name, ports, ...(unavailable && { unavailable }) }
}

/** The longest window that all of these ports may have together; undefined when one of them has no rule. */
export function longestFor(rules: readonly PortRule[], ports: readonly number[]): number | undefined {
  const longest = ports.map((port) => rules.find((rule) => rule.port === port)).map((rule) => (rule ? toMs(rule.maxDuration) : undefined))
  if (longest.length === 0 || longest.includes(undefined)) return undefined
  return Math.min(...longest.filter((ms) => ms !== undefined))
}
