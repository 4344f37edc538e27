/**
 * Reads an OpenSSH client config as an import sees it (F-40): each alias with its address, port and user, by ssh's own rule that the first
 * value wins. Nothing in it is run or looked up: Match blocks are left out, commands are named and not taken. Pure; files come from outside.
 */
import { LineType, parse } from 'ssh-config'
import type { ImportWhy } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import type { Collector } from './collector.ts'
import { mostEntries } from './reading.ts'
import { linesOf } from './text.ts'

/** The files that an Include's pattern names, or why they are left out. */
export type Include = (pattern: string) => { files: { path: string; text: string }[] } | { leftOut: ImportWhy }

const deepestInclude = 16
/** Each alias is held against each pattern; no config that a person keeps comes near. */
const mostWildcards = 1000
const mostMatches = 20_000_000
const mostDirectives = 1_000_000

interface Block {
  /** Host patterns; none for what stands before the first Host. */
  patterns: string[] | undefined
  /** The Hosts around the Includes that led here: they have to match too. */
  within: string[][]
  /** False for the rest of a Host after an Include. */
  opens: boolean
  line: number
  directives: Directive[]
}
interface Directive {
  name: string
  values: string[]
  line: number
}

/** Throws CallError badFile when a line cannot be read: then nothing of the file is offered (INV-6). */
export function readSshConfig(text: string, include: Include, collector: Collector): void {
  const blocks = toBlocks(text, include, collector)
  const wildcards = blocks.filter((block) => block.directives.length > 0 && (block.patterns ?? ['*']).some(isPattern))
  const [tooMany] = wildcards.slice(mostWildcards)
  if (tooMany) throw new CallError({ tag: 'badFile', line: tooMany.line, problem: 'tooManyPatterns' })

  const byAlias = new Map<string, Block[]>()
  for (const block of blocks) {
    const { patterns = [], within, line } = block
    for (const alias of patterns) {
      if (isPattern(alias) || !within.every((outer) => matches(outer, alias))) continue
      const own = byAlias.get(alias)
      if (own) own.push(block)
      else byAlias.set(alias, [block])
      if (byAlias.size > mostEntries) throw new CallError({ tag: 'badFile', line, problem: 'tooManyEntries' })
    }
    if (block.opens && patterns.every(isPattern)) collector.leaveOut(line, `Host ${patterns.join(' ')}`, 'wildcard')
    if (byAlias.size * wildcards.length > mostMatches) throw new CallError({ tag: 'badFile', line, problem: 'tooManyPatterns' })
  }

  const order = new Map(blocks.map((block, index) => [block, index]))
  for (const [alias, own] of byAlias) {
    const directives = [...new Set([...own, ...wildcards])]
      .filter(({ patterns, within }) => [...within, patterns ?? ['*']].every((each) => matches(each, alias)))
      .sort((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0))
      .flatMap((block) => block.directives)
    take(alias, own[0]?.line ?? 1, directives, collector)
  }
}

/** Every directive in the order in which ssh would meet it, under the Host that it belongs to. Lines are of the outermost file. */
function toBlocks(text: string, include: Include, collector: Collector): Block[] {
  const blocks: Block[] = []
  let count = 0

  const leaveOut = (line: number, source: string, why: ImportWhy) => collector.leaveOut(line, source, why)

  function read(part: string, from: { files: string[]; line?: number; within: string[][]; inMatch: boolean }): void {
    let patterns: string[] | undefined
    let inMatch = from.inMatch
    let block: Block = { patterns, within: from.within, opens: false, line: from.line ?? 1, directives: [] }
    blocks.push(block)
    const begin = (line: number, opens: boolean) => {
      block = { patterns, within: from.within, opens, line, directives: [] }
      blocks.push(block)
    }

    for (const { text: source, line: at } of linesOf(part)) {
      const line = from.line ?? at
      const directive = toDirective(source, line)
      if (!directive) continue
      if (++count > mostDirectives) throw new CallError({ tag: 'badFile', line, problem: 'tooLong' })
      if (directive.name === 'match') {
        inMatch = true
        leaveOut(line, source, 'match')
      } else if (directive.name === 'host') {
        inMatch = from.inMatch
        patterns = directive.values
        if (!inMatch) begin(line, true)
      } else if (directive.name === 'include' && !inMatch) {
        for (const pattern of directive.values) {
          const found = include(pattern)
          if ('leftOut' in found) leaveOut(line, source, found.leftOut)
          else {
            for (const { path, text: inner } of found.files) {
              if (from.files.length >= deepestInclude || from.files.includes(path)) leaveOut(line, source, 'includeTooDeep')
              else read(inner, { files: [...from.files, path], line, within: patterns ? [...from.within, patterns] : from.within, inMatch })
            }
          }
        }
        // What follows belongs to the Host that the Include stands in, not to the last one inside the included files.
        begin(line, false)
      } else if (!inMatch) block.directives.push(directive)
    }
  }
  read(text.replace(/^\ufeff/, ''), { files: [], within: [], inMatch: false })
  return blocks
}

/** One line, by the ssh-config package's reading of quotes and separators; one line at a time, so that line numbers are right. */
function toDirective(source: string, line: number): Directive | undefined {
  const text = source.trim()
  if (text === '' || text.startsWith('#')) return undefined
  const fault = (cause?: unknown) => new CallError({ tag: 'badFile', line, problem: 'notADirective' }, { cause })
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for; a tab is a separator
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text) || !/^[A-Za-z][A-Za-z0-9]*[ \t]*[= \t]\s*\S/.test(text)) throw fault()
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(text)
  } catch (cause) {
    throw fault(cause)
  }
  const [directive] = parsed
  if (directive?.type !== LineType.DIRECTIVE) throw fault()
  const { param, value } = directive
  const values = typeof value === 'string' ? [value] : value.map((part) => part.val)
  return { name: param.toLowerCase(), values, line }
}

/** What was seen and is not imported: it would run something, or lead the connection through somewhere else. */
const named = new Map(
  [
    'ProxyCommand',
    'ProxyJump',
    'LocalCommand',
    'RemoteCommand',
    'KnownHostsCommand',
    'IdentityFile',
    'CertificateFile',
    'IdentityAgent',
  ].map((name) => [name.toLowerCase(), name]),
)

function take(alias: string, line: number, directives: readonly Directive[], collector: Collector): void {
  const first = (name: string) => directives.find((directive) => directive.name === name)?.values[0]
  const ignored = [...new Set(directives.map((directive) => named.get(directive.name)).filter((name) => name !== undefined))]
  for (const name of ignored) collector.drop(name)
  // A config says nothing of the machine's system, but what answers ssh is most likely this.
  const machine = { line, name: alias, os: 'linux', way: 'ssh' } as const
  // oxlint-disable-next-line no-control-regex -- a name that a terminal or a list could be confused by is none
  if (alias.length > 200 || /[\p{Cc}\p{Cf}]/u.test(alias)) return collector.leaveOut(line, `Host ${alias}`, 'badAddress')
  const address = withAlias(first('hostname') ?? alias, alias)
  collector.add({ ...machine, address, port: first('port') ?? '', user: first('user') ?? '', ignored })
}

/** ssh_config(5) TOKENS that make sense in HostName: %h and %%. Any other is left, and then no address. */
function withAlias(hostName: string, alias: string): string {
  return hostName.replace(/%(.)/g, (token, letter) => (letter === 'h' ? alias : letter === '%' ? '%' : token))
}

const isPattern = (pattern: string) => /[*?!]/.test(pattern)

/** ssh_config(5) PATTERNS: one must match, and no negated one may. */
function matches(patterns: readonly string[], alias: string): boolean {
  let found = false
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (isLike(alias, pattern.slice(1))) return false
    } else found ||= isLike(alias, pattern)
  }
  return found
}

/** `*` any run, `?` any one character. Without a regular expression, whose time a pattern such as `*a*a*a*` could make endless. */
export function isLike(text: string, pattern: string): boolean {
  let at = 0
  let atPattern = 0
  let star = -1
  let starAt = 0
  while (at < text.length) {
    if (pattern[atPattern] === '*') {
      star = atPattern++
      starAt = at
    } else if (atPattern < pattern.length && (pattern[atPattern] === '?' || pattern[atPattern] === text[at])) {
      at++
      atPattern++
    } else if (star >= 0) {
      atPattern = star + 1
      at = ++starAt
    } else return false
  }
  return /^\**$/.test(pattern.slice(atPattern))
}
