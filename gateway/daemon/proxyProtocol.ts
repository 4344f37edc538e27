/**
 * For whom a load balancer connects: the header that it sends before anything else (the PROXY protocol, versions 1 and 2, of HAProxy). It is believed
 * of those alone that the configuration names: of anybody else it would be a way to choose one's address.
 */
import type { Socket } from 'node:net'
import ipaddr from 'ipaddr.js'

export interface ProxyHeader {
  /** Of whom it connects for; undefined when the load balancer speaks for itself, as it does to see whether we are well. */
  source: string | undefined
  /** In bytes. What follows is the connection's. */
  length: number
}

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const longestLine = 107
const longestBinary = 16 + 2048
const patienceMs = 5000

/** Pure. undefined: there is more to come. Throws when it is no header. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  const known = bytes.subarray(0, signature.length)
  if (known.equals(signature.subarray(0, known.length))) return bytes.length < 16 ? undefined : parseBinary(bytes)
  return parseLine(bytes)
}

/** Section 2.2: signature, version and command, family and protocol, length, addresses, and what we do not ask for (TLVs). */
function parseBinary(bytes: Buffer): ProxyHeader | undefined {
  const [command, family] = [bytes.readUInt8(12), bytes.readUInt8(13)]
  const length = 16 + bytes.readUInt16BE(14)
  if (command >> 4 !== 2 || length > longestBinary) throw new Error('not a PROXY header of version 2')
  if (bytes.length < length) return undefined
  if ((command & 0x0f) === 0) return { source: undefined, length }
  const size = family === 0x11 ? 4 : family === 0x21 ? 16 : 0
  if ((command & 0x0f) !== 1 || size === 0 || length < 16 + 2 * size + 4) throw new Error('a PROXY header for no TCP connection')
  return { source: textOf(ipaddr.fromByteArray([...bytes.subarray(16, 16 + size)])), length }
}

/** Section 2.1: "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n". */
function parseLine(bytes: Buffer): ProxyHeader | undefined {
  const text = bytes.subarray(0, longestLine).toString('latin1')
  const end = text.indexOf('\r\n')
  if (!text.startsWith('PROXY '.slice(0, text.length)) || (end < 0 && text.length === longestLine)) throw new Error('not a PROXY header')
  if (end < 0) return undefined
  const parts = /^PROXY (?:UNKNOWN\b.*|(TCP4|TCP6) (\S+) \S+ \d{1,5} \d{1,5})$/.exec(text.slice(0, end))
  if (parts === null) throw new Error('not a PROXY header of version 1')
  const [, family, source = ''] = parts
  if (family === undefined) return { source: undefined, length: end + 2 }
  const isAddress = family === 'TCP4' ? ipaddr.IPv4.isValidFourPartDecimal(source) : ipaddr.IPv6.isValid(source)
  if (!isAddress) throw new Error('a PROXY header without an address')
  return { source: textOf(ipaddr.parse(source)), length: end + 2 }
}

/** An IPv4 address that is mapped into IPv6 is the IPv4 address. */
function textOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address).toString()
}

/** Takes the header off a connection that nothing was read from. Rejects when there is none, or not in time. */
export function readProxyHeader(socket: Socket): Promise<ProxyHeader> {
  return new Promise((resolve, reject) => {
    let read = Buffer.alloc(0)
    const timer = setTimeout(() => finish(new Error('no PROXY header in time')), patienceMs)
    const onReadable = (): void => {
      const chunk: unknown = socket.read()
      if (!(chunk instanceof Buffer)) return
      read = Buffer.concat([read, chunk])
      try {
        const header = parseProxyHeader(read)
        if (header === undefined) return
        if (read.length > header.length) socket.unshift(read.subarray(header.length))
        finish(header)
      } catch (error) {
        finish(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const onEnd = (): void => finish(new Error('the connection ended'))
    function finish(outcome: ProxyHeader | Error): void {
      clearTimeout(timer)
      socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onEnd)
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    socket.on('readable', onReadable).on('end', onEnd).on('close', onEnd).on('error', onEnd)
  })
}
