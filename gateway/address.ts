/**
 * What may stand as a machine's address: a host name, an IPv4 or an IPv6 address. It reaches resolvers, command lines of clients and log files,
 * so what is not plainly one of the three is refused (FAULTS F-11 to F-17).
 */
import { isIPv4, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'

export type AddressProblem = 'empty' | 'leadingHyphen' | 'badCharacter' | 'hasPort' | 'badZone' | 'labelTooLong' | 'tooLong' | 'badName'
export type ParsedAddress =
  | {
      ok: true
      kind: 'name' | 'ipv4' | 'ipv6'
      /** What to connect to: lower case, an international name as punycode. */
      address: string
      /** True when the name was written with letters outside ASCII: show `address` beside it (F-16). */
      international: boolean
    }
  | { ok: false; problem: AddressProblem }

const ipv6Zone = /^[A-Za-z0-9._-]{1,15}$/
/** RFC 1123, and the underscore that Windows allows in a computer's name. */
const label = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/

/** Never throws, looks nothing up. */
export function parseAddress(text: string): ParsedAddress {
  if (text === '') return no('empty')
  if (text.startsWith('-')) return no('leadingHyphen')
  if (text.length > 1000) return no('tooLong')
  if (isIPv4(text)) return { ok: true, kind: 'ipv4', address: text, international: false }
  if (text.includes(':')) return parseIPv6(text)
  return parseName(text)
}

function no(problem: AddressProblem): ParsedAddress {
  return { ok: false, problem }
}

function parseIPv6(text: string): ParsedAddress {
  const percent = text.indexOf('%')
  const address = percent < 0 ? text : text.slice(0, percent)
  if (!isIPv6(address)) return no(/^(\[[^\]]*\]|[^:]+):\d*$/.test(text) ? 'hasPort' : 'badCharacter')
  if (percent >= 0 && !ipv6Zone.test(text.slice(percent + 1))) return no('badZone')
  return { ok: true, kind: 'ipv6', address: text.toLowerCase().slice(0, address.length) + text.slice(address.length), international: false }
}

function parseName(text: string): ParsedAddress {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  if (/[\u0000-\u0020\u007f!"#$%&'()*+,/:;<=>?@[\\\]^`{|}~]/.test(text)) return no('badCharacter')
  // oxlint-disable-next-line no-control-regex -- all that is ASCII
  const international = !/^[\u0000-\u007f]*$/.test(text)
  const written = text.endsWith('.') ? text.slice(0, -1) : text
  const ascii = international ? domainToASCII(written) : written.toLowerCase()
  if (ascii === '') return no('badCharacter')
  const labels = ascii.split('.')
  if (labels.some((part) => part.length > 63)) return no('labelTooLong')
  if (ascii.length > 253) return no('tooLong')
  if (!labels.every((part) => label.test(part))) return no(labels.some((part) => part.startsWith('-')) ? 'leadingHyphen' : 'badName')
  // A last label that is a number makes resolvers read the whole as an IPv4 address in one of its odd forms: 127.1, 0x7f.1, １２７.0.0.1.
  if (/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) return no('badName')
  return { ok: true, kind: 'name', address: ascii, international: international || labels.some((part) => part.startsWith('xn--')) }
}
