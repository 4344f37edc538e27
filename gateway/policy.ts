/** What policy allows (POL-1, POL-2) and which machines can have it (INV-2). Pure: no clock, no store. */
import type { MachineFacts, MachineInput, PortRule, UnsupportedReason } from './api.ts'
import { parseDuration, toDuration } from './durations.ts'
import { isInside, parseRange } from './source.ts'

const defaultDuration = 'PT3H'
const usualPorts = { ssh: 22, rdp: 3389 } as const

/** The machine's own ports, the usual ones where nothing else is said. */
export function portsOf(machine: Pick<MachineInput, 'sshPort' | 'rdpPort'>): { sshPort: number; rdpPort: number } {
  return { sshPort: machine.sshPort ?? usualPorts.ssh, rdpPort: machine.rdpPort ?? usualPorts.rdp }
}

/** POL-1: Windows is reached by its desktop, everything else by its shell; three hours; any source. */
export function defaultRules(machine: Pick<MachineInput, 'os' | 'sshPort' | 'rdpPort'>): PortRule[] {
  const { sshPort, rdpPort } = portsOf(machine)
  return [{ port: machine.os === 'windows' ? rdpPort : sshPort, protocol: 'tcp', sources: [], maxDuration: defaultDuration }]
}

/** What is wrong with a list of rules: the field and a word for it. undefined: nothing. */
export function faultInRules(rules: readonly PortRule[]): { field: string; reason: string } | undefined {
  const seen = new Set<number>()
  for (const [index, rule] of rules.entries()) {
    if (seen.has(rule.port)) return { field: `rules.${index}.port`, reason: 'portTwice' }
    seen.add(rule.port)
    if (parseDuration(rule.maxDuration) === undefined) return { field: `rules.${index}.maxDuration`, reason: 'badDuration' }
    const badSource = rule.sources.findIndex((source) => parseRange(source) === undefined)
    if (badSource >= 0) return { field: `rules.${index}.sources.${badSource}`, reason: 'badRange' }
  }
  return undefined
}

/** INV-2: why a machine cannot have JIT, or undefined when it can. */
export function supportOf(os: MachineInput['os'], facts: MachineFacts): UnsupportedReason | undefined {
  if (facts.domainController === true) return 'domainController'
  if (facts.multiSession === true) return 'multiSession'
  if (facts.cloudPc === true) return 'cloudPc'
  if (os === 'windows' && (facts.bits === 32 || isOlderThanWindows10(facts.osVersion))) return 'tooOld'
  if (facts.agentVersion !== undefined && isOlderThan(facts.agentVersion, [2, 8])) return 'agentTooOld'
  return undefined
}

export interface Ask {
  ports: readonly number[]
  durationMs: number
  /** An address or a CIDR range. */
  source: string
}

export type Verdict = { allowed: true } | { allowed: false; part: 'port' | 'duration' | 'source'; allows: string }

/** Whether the rules allow what is asked; else which part they do not, and what they do allow, in words that can be shown. */
export function checkRequest(rules: readonly PortRule[], ask: Ask): Verdict {
  // The gates carry TCP; a rule for UDP alone is not something that they can open.
  const usable = rules.filter((rule) => rule.protocol !== 'udp')
  const matching: PortRule[] = []
  for (const port of ask.ports) {
    const rule = usable.find((candidate) => candidate.port === port)
    if (rule === undefined) return { allowed: false, part: 'port', allows: usable.map((candidate) => candidate.port).join(', ') }
    matching.push(rule)
  }
  const longestMs = longestFor(matching)
  if (!Number.isSafeInteger(ask.durationMs) || ask.durationMs <= 0 || ask.durationMs > longestMs) {
    return { allowed: false, part: 'duration', allows: toDuration(longestMs) }
  }
  for (const rule of matching) {
    if (rule.sources.length > 0 && !rule.sources.some((range) => isInside(ask.source, range))) {
      return { allowed: false, part: 'source', allows: rule.sources.join(', ') }
    }
  }
  return { allowed: true }
}

/** The longest window for these ports together: the shortest of their maxima. Zero where a port has no rule. */
export function longestWindow(rules: readonly PortRule[], ports: readonly number[]): number {
  const matching = ports.map((port) => rules.find((rule) => rule.port === port && rule.protocol !== 'udp'))
  return longestFor(
    matching.filter((rule) => rule !== undefined),
    matching.length,
  )
}

function longestFor(rules: readonly PortRule[], expected = rules.length): number {
  if (rules.length === 0 || rules.length < expected) return 0
  return Math.min(...rules.map((rule) => parseDuration(rule.maxDuration) ?? 0))
}

/** Reads what people and agents write: "10.0.19045", "Windows 7", "6.1", "XP", "Server 2016". Unknown is not old. */
function isOlderThanWindows10(version: string | undefined): boolean {
  if (version === undefined) return false
  if (/\b(nt|me|xp|vista)\b/i.test(version)) return true
  const number = /\d+/.exec(version)?.[0]
  if (number === undefined) return false
  const major = Number(number)
  // A year names a server, or Windows 95 to 2000; Windows Server 2016 is the first one with the code of Windows 10.
  return major >= 1000 ? major < 2016 : major < 10 || (major >= 95 && major <= 98)
}

function isOlderThan(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10))
  for (const [index, wanted] of least.entries()) {
    const part = parts[index] ?? 0
    if (Number.isNaN(part)) return false
    if (part !== wanted) return part < wanted
  }
  return false
}
