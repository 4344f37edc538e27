/** The `full address` of a .rdp file (MS-RDPBCGR has no grammar for it; this is what mstsc writes): an address and perhaps a port. */
import { isPort, parseHost, type Target } from '../endpoint.ts'

const usualPort = 3389

/** undefined for everything that is not exactly `host`, `host:port`, `IPv6`, `[IPv6]` or `[IPv6]:port` (F-26). */
export function parseFullAddress(text: string): Target | undefined {
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::([1-9][0-9]{0,4}))?$/.exec(text)
  const plain = /^([^:[\]]+)(?::([1-9][0-9]{0,4}))?$/.exec(text)
  const [, host = text, digits] = bracketed ?? plain ?? []
  const isAddress6 = host.includes(':')
  if (bracketed && !isAddress6) return undefined
  const address = parseHost(host)
  const port = digits === undefined ? usualPort : Number(digits)
  return address !== undefined && isPort(port) ? { address, port } : undefined
}
