/** Port rules as people type them: "22", "22:4h", "3389/tcp:3h@10.0.0.0/8+192.0.2.1". */
import type { PortRule } from '../../preload/contract.ts'
import { toIsoDuration, toMs } from '../providers/isoDuration.ts'
import { parseDuration, writeDuration } from './durations.ts'

const protocols = ['tcp', 'udp', 'any'] as const
const usualMs = 3 * 3_600_000

/** undefined: it is no rule. Whether the gateway takes its sources is the gateway's to say. */
export function parsePortRule(text: string): PortRule | undefined {
  const [, digits = '', protocolText = 'tcp', durationText, sourceText] =
    /^(\d{1,5})(?:\/([a-z]+))?(?::([A-Za-z0-9]+))?(?:@([0-9A-Fa-f.:/+]+))?$/.exec(text) ?? []
  const port = Number(digits)
  const protocol = protocols.find((one) => one === protocolText)
  const durationMs = durationText === undefined ? usualMs : parseDuration(durationText)
  if (port < 1 || port > 65_535 || protocol === undefined || durationMs === undefined) return undefined
  return { port, protocol, sources: sourceText?.split('+') ?? [], maxDuration: toIsoDuration(durationMs) }
}

export function writePortRule({ port, protocol, sources, maxDuration }: PortRule): string {
  const from = sources.length === 0 ? 'any source' : sources.join(', ')
  return `${port}/${protocol}, at most ${writeDuration(toMs(maxDuration))}, from ${from}`
}
