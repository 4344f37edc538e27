/** Where a session connects to. It comes from a provider, and is checked again before any use (F-11, F-12, F-14 to F-17). */
import { isIP, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { CallError } from '../callError.ts'
import type { Endpoint, Grant } from '../../preload/contract.ts'

/** A checked address (a host name in ASCII, or an IP address without brackets) and port. */
export interface Target {
  address: string
  port: number
}

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i
const zone = /^[A-Za-z0-9._-]{1,15}$/

/** The host as it may be used: an IP address, or a host name (RFC 1123) with international labels in punycode. undefined: refused. */
export function parseHost(text: string): string | undefined {
  if (isIP(text)) {
    const [, zoneId] = text.split('%', 2)
    return zoneId === undefined || (isIPv6(text) && zone.test(zoneId)) ? text : undefined
  }
  // domainToASCII would quietly repair or drop these, and a name that needs repair is not a name.
  if (text.length === 0 || text.length > 253 || /[\p{Cc}\p{Cf}\s%/\\:@#?[\]]/u.test(text)) return undefined
  const host = domainToASCII(text).replace(/\.$/, '')
  if (host.length === 0 || host.length > 253) return undefined
  return host.split('.').every((part) => label.test(part)) ? host : undefined
}

/** A whole number from 1 to 65535 (F-15). */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}

/** The checked target of one endpoint. Throws CallError badAnswer: the provider must not answer with such a thing. */
export function toTarget(endpoint: Pick<Endpoint, 'address' | 'connectPort'>, provider: string): Target {
  const address = parseHost(endpoint.address)
  if (address === undefined || !isPort(endpoint.connectPort)) throw new CallError({ tag: 'badAnswer', provider })
  return { address, port: endpoint.connectPort }
}

/** The checked target for the machine's `port` under this grant (REQ-5). Throws CallError gateFailed or badAnswer. */
export function targetOf(grant: Grant, port: number): Target {
  const endpoint = grant.endpoints.find((each) => each.port === port)
  if (!endpoint) throw new CallError({ tag: 'gateFailed', detail: `no endpoint for port ${port}` })
  return toTarget(endpoint, grant.grantId.split(':', 1)[0] ?? '')
}

/** "address:port", with brackets around an IPv6 address (RFC 3986). */
export function writeTarget(target: Target): string {
  return isIPv6(target.address) ? `[${target.address}]:${target.port}` : `${target.address}:${target.port}`
}
