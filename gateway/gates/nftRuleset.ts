/**
 * The rules of the nftables gate, as text for nft. Traffic into the guarded networks passes only while an element allows it, and every packet is
 * asked about, so that the kernel ends live connections by itself when an element's time is over. What machines begin themselves, and traffic that
 * has nothing to do with the guarded networks, is left to other tables.
 */
import { rangeOf } from '../source.ts'
import { shapeOf } from './nftElement.ts'

export const table = 'inet gatehouse'

/** Sets that are there from the start, so that the first grant finds them: single addresses. */
export const firstSets = ['from4_32', 'from6_128']

/** As many grants as a set can hold: the kernel refuses more. */
const mostElements = 131_072

/** What tells a table of this gateway from all others. */
export function ownerComment(gatewayId: string): string {
  return `gatehouse gateway ${gatewayId}`
}

/**
 * One transaction that makes the table or writes its chains anew; elements of grants stay. `networks` are guarded: addresses and CIDR ranges.
 * Loaded at boot before forwarding begins, it keeps all closed until the gateway runs.
 */
export function rulesetText(gatewayId: string, networks: readonly string[], sets: readonly string[]): string {
  const guarded = (family: 4 | 6): string[] =>
    networks
      .map(rangeOf)
      .filter((range) => range?.family === family)
      .map((range) => `${range?.network}/${range?.bits}`)
  return [
    `add table ${table} { comment "${ownerComment(gatewayId)}"; }`,
    ...([4, 6] as const).flatMap((family) => networkSet(family, guarded(family))),
    ...sets.map((set) => `add set ${table} ${set} { type ${keyType(shapeOf(set)?.family ?? 4)}; flags timeout; size ${mostElements}; }`),
    // Made before they are referred to.
    ...['admit', 'answer', 'inbound', 'outbound'].map((chain) => `add chain ${table} ${chain}`),
    `add chain ${table} forward { type filter hook forward priority filter; policy accept; }`,
    ...Object.entries(rules(sets)).flatMap(([chain, lines]) => [
      `flush chain ${table} ${chain}`,
      ...lines.map((line) => `add rule ${table} ${chain} ${line}`),
    ]),
  ].join('; ')
}

function networkSet(family: 4 | 6, networks: readonly string[]): string[] {
  return [
    `add set ${table} networks${family} { type ipv${family}_addr; flags interval; auto-merge; }`,
    `flush set ${table} networks${family}`,
    ...(networks.length === 0 ? [] : [`add element ${table} networks${family} { ${networks.join(', ')} }`]),
  ]
}

function keyType(family: 4 | 6): string {
  return `ipv${family}_addr . ipv${family}_addr . inet_service`
}

function rules(sets: readonly string[]): Record<string, string[]> {
  const aboutPackets = 'meta l4proto { icmp, ipv6-icmp } ct state related accept'
  return {
    admit: sets.map((set) => `${masked(set, 'saddr')} . ${ip(set)} daddr . tcp dport @${set} accept`),
    answer: sets.map((set) => `${masked(set, 'daddr')} . ${ip(set)} saddr . tcp sport @${set} accept`),
    inbound: [
      aboutPackets,
      'ct state invalid drop',
      'jump admit',
      // Answers from outside to what a machine began. Answers of guarded machines came through `outbound` first.
      'ct direction reply ct state established,related accept',
      'meta l4proto tcp reject with tcp reset',
      'drop',
    ],
    outbound: [
      aboutPackets,
      'ct state invalid drop',
      'ct direction reply jump answer',
      'ct direction reply meta l4proto tcp reject with tcp reset',
      'ct direction reply drop',
      // Else the rest of an ended connection, once forgotten by the kernel, would count as begun by the machine.
      'ct state new tcp flags & (fin | syn | rst | ack) != syn reject with tcp reset',
    ],
    forward: [
      'ip saddr @networks4 jump outbound',
      'ip6 saddr @networks6 jump outbound',
      'ip daddr @networks4 goto inbound',
      'ip6 daddr @networks6 goto inbound',
    ],
  }
}

function ip(set: string): 'ip' | 'ip6' {
  return shapeOf(set)?.family === 6 ? 'ip6' : 'ip'
}

function masked(set: string, side: 'saddr' | 'daddr'): string {
  const { family, bits } = shapeOf(set) ?? { family: 4, bits: 32 }
  const whole = family === 4 ? 32 : 128
  return bits === whole ? `${ip(set)} ${side}` : `${ip(set)} ${side} & ${maskOf(family, bits)}`
}

/** 24 → 255.255.255.0, 64 → ffff:ffff:ffff:ffff:0:0:0:0. */
function maskOf(family: 4 | 6, bits: number): string {
  const parts = family === 4 ? 4 : 8
  const width = family === 4 ? 8 : 16
  const values = Array.from({ length: parts }, (_, index) => {
    const ones = Math.min(Math.max(bits - index * width, 0), width)
    return 2 ** width - 2 ** (width - ones)
  })
  return family === 4 ? values.join('.') : values.map((value) => value.toString(16)).join(':')
}
