/** Takes what a format's reader finds, and keeps of it what a gateway would take; the rest is left out with the reason. Pure. */
import type { ImportFormat, ImportLeftOut, ImportWhy, OperatingSystem } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import { nameKey } from '../fold.ts'
import { mostEntries, type FoundMachine, type ImportChecks, type Reading } from './reading.ts'

export interface Candidate {
  line: number
  name: string
  address: string
  os?: OperatingSystem | undefined
  /** As written; empty: the usual one. It is the port of `way`. */
  port?: string
  way?: 'ssh' | 'rdp' | undefined
  user?: string
  site?: string
  tags?: readonly string[]
  groups?: readonly string[]
  ignored?: readonly string[]
}

export interface Collector {
  add(candidate: Candidate): void
  leaveOut(line: number, text: string, why: ImportWhy): void
  /** A password was seen, and is not taken. */
  countSecret(): void
  /** A setting was seen, and is not taken. */
  drop(what: string): void
  done(format: ImportFormat): Reading
}

// The gateway's limits (gateway/api.ts).
const longest = { name: 200, site: 200, tag: 50 }
const mostTags = 20
const mostDropped = 100
const usualPort = { ssh: 22, rdp: 3389 }

export function createCollector({ parseAddress, isUser }: ImportChecks): Collector {
  const machines: FoundMachine[] = []
  const leftOut: ImportLeftOut[] = []
  const seen = new Set<string>()
  const dropped = new Map<string, number>()
  let secrets = 0

  function count(line: number): void {
    if (machines.length + leftOut.length >= mostEntries) throw new CallError({ tag: 'badFile', line, problem: 'tooManyEntries' })
  }

  function leaveOut(line: number, text: string, why: ImportWhy): void {
    count(line)
    leftOut.push({ line, text: clean(text, 200), why })
  }

  return {
    leaveOut,
    add(candidate) {
      const { line, os, way } = candidate
      const written = candidate.address.trim()
      const name = clean(candidate.name, longest.name) || clean(written, longest.name)
      const shown = name === written || written === '' ? name : `${name} ${written}`
      if (written === '') return leaveOut(line, shown, 'noAddress')
      const address = parseAddress(written)
      if (address === undefined) return leaveOut(line, shown, 'badAddress')
      const portText = candidate.port?.trim() ?? ''
      const port = portText === '' ? undefined : toPort(portText)
      if (portText !== '' && port === undefined) return leaveOut(line, `${shown} ${portText}`, 'badPort')
      const identity = `${nameKey(name)}\n${address}`
      if (seen.has(identity)) return leaveOut(line, shown, 'twice')
      count(line)
      seen.add(identity)
      const user = candidate.user?.trim() ?? ''
      const ignored = [...new Set(candidate.ignored ?? [])]
      if (user !== '' && !isUser(user)) ignored.push('User')
      machines.push({
        line,
        name,
        address,
        ...(os && { os }),
        site: clean(candidate.site ?? '', longest.site),
        tags: cleanTags(candidate.tags),
        groups: cleanTags(candidate.groups, longest.site),
        ...(way && { way }),
        ...(port !== undefined && port !== (way && usualPort[way]) && { port }),
        ...(user !== '' && isUser(user) && { user }),
        ignored,
      })
    },
    countSecret() {
      secrets += 1
    },
    drop(what) {
      const key = clean(what, 60)
      if (dropped.has(key) || dropped.size < mostDropped) dropped.set(key, (dropped.get(key) ?? 0) + 1)
    },
    done(format) {
      return {
        format,
        secrets,
        machines,
        leftOut: leftOut.sort((one, other) => one.line - other.line),
        dropped: [...dropped].map(([what, times]) => ({ what, count: times })).sort((one, other) => other.count - one.count),
      }
    },
  }
}

/** 1 to 65535 in plain digits (F-15). */
export function toPort(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}

/** "host:port" and "[v6]:port" in their parts; anything else is a host, whether it is one or not (F-26). */
export function splitPort(text: string): { address: string; port: string } {
  const [, bracketed, afterBracket] = /^\[([^\]]*)\](?::(.*))?$/s.exec(text) ?? []
  if (bracketed !== undefined) return { address: bracketed, port: afterBracket ?? '' }
  const [address = '', port, ...more] = text.split(':')
  return port === undefined || more.length > 0 ? { address: text, port: '' } : { address, port }
}

// oxlint-disable-next-line no-control-regex -- the range is all of printable ASCII
const isPrintable = /^[\u0020-\u007e]*$/
// What breaks a line, hides or turns round what is beside it, or is no character; a joiner inside a name stays.
const unwanted = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu

/** A foreign text as it may be kept: one line, no longer than it may be, whole characters only. */
export function clean(text: string, most: number): string {
  const head = text.length > most * 4 ? text.slice(0, most * 4) : text
  const line = (isPrintable.test(head) ? head : head.replace(unwanted, ' ')).trim()
  if (line.length <= most) return line
  return line
    .slice(0, most)
    .replace(/[\ud800-\udbff]$/, '')
    .trim()
}

function cleanTags(tags: readonly string[] = [], most: number = longest.tag): string[] {
  if (tags.length === 0) return []
  return [...new Set(tags.map((tag) => clean(tag, most)).filter((tag) => tag !== ''))].slice(0, mostTags)
}
