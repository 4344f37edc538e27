/** The configuration of a gateway that stands alone: a YAML file, whose faults are told with their lines. */
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { LineCounter, parseDocument, visit } from 'yaml'
import { z } from 'zod'
import { parseRange } from '../source.ts'
import { StoreSetting } from './storeSetting.ts'

const Port = z.int().min(1).max(65_535)
const isPlace = (text: string): boolean => readPlace(text) !== undefined
const Place = z.string().max(255).refine(isPlace, 'expected "host:port"')
const Address = z.string().refine((text) => isIP(text) !== 0, 'expected an IP address')
const Range = z.string().refine((text) => parseRange(text) !== undefined, 'expected an IP address or a CIDR range')

const Settings = z.strictObject({
  /** What people know it by. */
  name: z.string().trim().min(1).max(60).default('Gatehouse'),
  /** Where consoles reach it: "gate.example.org:8443". It is part of each invitation. */
  address: Place,
  /**
   * Where it listens; all addresses unless told. The port is that of `address` unless told. `behind`: load balancers, which say with the PROXY protocol
   * for whom they connect.
   */
  listen: z
    .strictObject({ address: Address.default('::'), port: Port.optional(), behind: z.array(Range).min(1).max(100).optional() })
    .prefault({}),
  /** Where consoles reach the relay's ports; `listen` is where they are opened, when an address is translated on the way. */
  relay: z.strictObject({ address: Address, listen: Address.optional() }),
  /** Networks of machines that this computer forwards to: nothing passes there without a grant. Needs the right to write nftables rules. */
  nftables: z.strictObject({ networks: z.array(Range).min(1).max(1000) }).optional(),
  dataFolder: z.string().min(1),
  /** Where grants, people, policy and the log are, if not in a file of the data folder. */
  store: StoreSetting.optional(),
  /**
   * A certificate of the operator's own, PEM; else the gateway makes one. `knownBy: authority`: consoles take, beside this key, any that an authority
   * which their computer trusts vouches for. Whoever has such an authority, such as a proxy that looks into TLS, may then read along (F-98).
   */
  tls: z
    .strictObject({ certificate: z.string().min(1), key: z.string().min(1), knownBy: z.enum(['key', 'authority']).default('key') })
    .optional(),
  /** Prometheus metrics, on this computer only. */
  metrics: z.strictObject({ port: Port }).optional(),
  log: z.strictObject({ level: z.enum(['error', 'info']).default('info') }).prefault({}),
  /** Who is invited at the first start, to administer. */
  administrator: z.string().trim().min(1).max(80).default('Administrator'),
})
const Config = Settings.refine(({ nftables, store }) => nftables === undefined || store === undefined, {
  path: ['nftables'],
  // A request may be taken by any of them, and packets pass through one.
  message: 'not with a store that gateways share: only the one that forwards to a network can open it',
})
export type Config = z.infer<typeof Config>

/** `lines` say what is wrong and where: "gatehouse.yaml:7: relay.address: expected an IP address". */
export class ConfigError extends Error {
  readonly lines: readonly string[]
  constructor(lines: readonly string[]) {
    super(lines.join('\n'))
    this.name = 'ConfigError'
    this.lines = lines
  }
}

/** Throws ConfigError when the file cannot be read, or with all that is wrong in it. */
export async function readConfig(file: string): Promise<Config> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // The whole path: who starts a service may not know which folder it starts in.
    throw new ConfigError([`${resolve(file)}: ${wordsOfCode(error.code)}. Another one is named with --config FILE; see docs/gateway.md.`])
  })
  return parseConfig(text, file)
}

function wordsOfCode(code = 'for an unknown reason'): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such configuration file'
    case 'EACCES':
    case 'EPERM':
      return 'the configuration file may not be read by this user'
    case 'EISDIR':
      return 'this is a folder, not a configuration file'
    default:
      return `the configuration file cannot be read (${code})`
  }
}

/** Throws ConfigError with all that is wrong. `file` is its name, for the lines. */
export function parseConfig(text: string, file: string): Config {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, uniqueKeys: true })
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => `${file}:${lineCounter.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`),
    )
  }
  visit(document, {
    // Nothing that a configuration needs, and a way to make a small file large.
    Alias(_key, alias) {
      throw new ConfigError([`${file}:${lineCounter.linePos(alias.range?.[0] ?? 0).line}: aliases are not taken`])
    },
  })
  const parsed = Config.safeParse(document.toJS() ?? {})
  if (parsed.success) return parsed.data
  throw new ConfigError(
    parsed.error.issues.map((issue) => `${file}:${lineOf(issue)}: ${[...issue.path].join('.') || 'the file'}: ${wordsOf(issue)}`),
  )

  /** Of the value, or of what should hold it. */
  function lineOf(issue: z.core.$ZodIssue): number {
    const path = [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])]
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true)
      if (hasRange(node)) return lineCounter.linePos(node.range[0]).line
    }
    return 1
  }
}

/** Host without brackets, and port; undefined when it is not "host:port". */
export function readPlace(place: string): { host: string; port: number } | undefined {
  const parts = /^(?:\[([0-9a-fA-F:]+)\]|([a-zA-Z0-9.-]+)):(\d{1,5})$/.exec(place)
  const host = parts?.[1] ?? parts?.[2] ?? ''
  const port = Number(parts?.[3])
  if (host === '' || !Port.safeParse(port).success || (parts?.[1] !== undefined && isIP(host) !== 6)) return undefined
  return { host, port }
}

function wordsOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? `there is no setting "${issue.keys.join('", "')}"` : issue.message
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
}
