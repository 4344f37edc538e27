/** Where connections may come from: single addresses and CIDR ranges (RFC 4632, RFC 4291). */
import ipaddr from 'ipaddr.js'
import { remembered } from './remembered.ts'

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

/** The range that a text means; a single address is a range of one. undefined when it is neither, or has a zone. */
export const parseRange = remembered((text: string): Range | undefined => {
  if (text.includes('%')) return undefined
  const slash = text.indexOf('/')
  try {
    if (slash < 0) {
      const address = parseAddressOnly(text)
      return address && [address, address.kind() === 'ipv4' ? 32 : 128]
    }
    if (parseAddressOnly(text.slice(0, slash)) === undefined || !/^\d{1,3}$/.test(text.slice(slash + 1))) return undefined
    return ipaddr.parseCIDR(text)
  } catch {
    // ipaddr.js throws for whatever is no range.
    return undefined
  }
})

/** Whether all of `source` (address or range) lies inside `range`. False when either is not a range. */
export function isInside(source: string, range: string): boolean {
  const inner = parseRange(source)
  const outer = parseRange(range)
  if (inner === undefined || outer === undefined) return false
  const [address, bits] = unmapped(inner)
  const [network, networkBits] = unmapped(outer)
  return address.kind() === network.kind() && bits >= networkBits && matches(address, network, networkBits)
}

/** Whether the peer of a socket is admitted. An IPv4 address that arrives mapped into IPv6 is the IPv4 address. */
export function admits(source: string, remoteAddress: string | undefined): boolean {
  if (remoteAddress === undefined) return false
  // A link-local peer arrives with its zone, which says which interface, not who.
  const zone = remoteAddress.indexOf('%')
  return isInside(zone < 0 ? remoteAddress : remoteAddress.slice(0, zone), source)
}

/** Strict: four decimal parts, or IPv6. ipaddr.js alone also takes 0x7f.1 and 127.1 (F-15). */
function parseAddressOnly(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  return text.includes(':') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined
}

function unmapped([address, bits]: Range): Range {
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96) return [address.toIPv4Address(), bits - 96]
  return [address, bits]
}

function matches(address: ipaddr.IPv4 | ipaddr.IPv6, network: ipaddr.IPv4 | ipaddr.IPv6, bits: number): boolean {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, bits)
  return network instanceof ipaddr.IPv6 && address.match(network, bits)
}

/** The network that a text means, with the bits outside its prefix cleared. undefined when it is neither an address nor a range. */
export function rangeOf(text: string): { family: 4 | 6; network: string; bits: number } | undefined {
  const range = parseRange(text)
  if (range === undefined) return undefined
  const [address, bits] = unmapped(range)
  return address instanceof ipaddr.IPv4
    ? { family: 4, network: ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString(), bits }
    : { family: 6, network: ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString(), bits }
}
