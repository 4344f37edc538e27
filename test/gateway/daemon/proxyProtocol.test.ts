/** For whom a load balancer connects: read from its header, and believed of load balancers alone. */
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseProxyHeader } from '../../../gateway/daemon/proxyProtocol.ts'
import { startTeam } from './daemonFixture.ts'

const line = (text: string) => Buffer.from(`${text}\r\n`, 'latin1')

function binary(command: number, family: number, addresses: number[], more: number[] = []): Buffer {
  const head = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
  const rest = [...addresses, ...more]
  return Buffer.concat([head, Buffer.from([command, family, rest.length >> 8, rest.length & 0xff, ...rest])])
}

const ports = [0xc0, 0, 0x20, 0xfb]
const v4 = [192, 0, 2, 1, 198, 51, 100, 1, ...ports]
const v6 = [0x20, 1, 0xd, 0xb8, ...Array.from({ length: 11 }, () => 0), 1, ...Array.from({ length: 16 }, () => 2), ...ports]
const mapped = [...Array.from({ length: 10 }, () => 0), 0xff, 0xff, 192, 0, 2, 1, ...Array.from({ length: 16 }, () => 2), ...ports]

const good: [string, Buffer, string | undefined][] = [
  ['version 1, IPv4', line('PROXY TCP4 192.0.2.1 198.51.100.1 49152 8443'), '192.0.2.1'],
  ['version 1, IPv6', line('PROXY TCP6 2001:db8::1 2001:db8::2 49152 8443'), '2001:db8::1'],
  ['version 1, IPv4 within IPv6', line('PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.1 49152 8443'), '192.0.2.1'],
  ['version 1, nobody', line('PROXY UNKNOWN'), undefined],
  ['version 2, IPv4', binary(0x21, 0x11, v4), '192.0.2.1'],
  ['version 2, IPv6', binary(0x21, 0x21, v6), '2001:db8::1'],
  ['version 2, IPv4 within IPv6', binary(0x21, 0x21, mapped), '192.0.2.1'],
  ['version 2 with more to say', binary(0x21, 0x11, v4, [4, 0, 1, 0]), '192.0.2.1'],
  ['version 2, the load balancer itself', binary(0x20, 0, []), undefined],
]

describe('the header of a load balancer', () => {
  test.each(good)('%s is read, wherever it was cut, and what follows is left', (_what, header, source) => {
    expect(parseProxyHeader(Buffer.concat([header, Buffer.from('\x16\x03\x01')]))).toEqual({ source, length: header.length })
    for (let cut = 0; cut < header.length; cut += 1) expect(parseProxyHeader(header.subarray(0, cut)), String(cut)).toBeUndefined()
  })

  test.each<[string, Buffer]>([
    ['TLS at once', Buffer.from('\x16\x03\x01\x02\x00\x01', 'latin1')],
    ['HTTP', line('GET / HTTP/1.1')],
    ['no address', line('PROXY TCP4 localhost 198.51.100.1 1 2')],
    ['a short form of an address', line('PROXY TCP4 127.1 198.51.100.1 1 2')],
    ['an address of another family', line('PROXY TCP4 2001:db8::1 2001:db8::2 1 2')],
    ['two spaces', line('PROXY  TCP4 192.0.2.1 198.51.100.1 1 2')],
    ['a line without an end', Buffer.from(`PROXY TCP4 ${'1'.repeat(200)}`)],
    ['version 3', binary(0x31, 0x11, v4)],
    ['another command', binary(0x22, 0x11, v4)],
    ['UDP', binary(0x21, 0x12, v4)],
    [
      'a Unix socket',
      binary(
        0x21,
        0x31,
        Array.from({ length: 216 }, () => 0),
      ),
    ],
    ['addresses that are cut off', binary(0x21, 0x11, v4.slice(0, 8))],
    [
      'a length that is meant to fill memory',
      binary(
        0x21,
        0x11,
        Array.from({ length: 60_000 }, () => 0),
      ),
    ],
  ])('%s is none', (_what, bytes) => {
    expect(() => parseProxyHeader(bytes)).toThrow(/PROXY/)
  })

  test('whatever comes, it is a header, not one yet, or none', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(...good.map(([, bytes]) => bytes)),
        fc.nat(60),
        (noise, header, at) => {
          const bytes = Buffer.concat([header.subarray(0, at), noise])
          try {
            const found = parseProxyHeader(bytes)
            if (found !== undefined) expect(found.length).toBeLessThanOrEqual(bytes.length)
          } catch (error) {
            expect(error).toBeInstanceOf(Error)
            expect(String(error)).toContain('PROXY')
          }
        },
      ),
    )
  })
})

/** The answer to GET /healthz behind this header; what it ended with, if there was none. */
function askBehind(port: number, header: Buffer, pieces = 1): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    socket.once('error', (error) => resolve(error.message))
    socket.once('close', () => resolve('closed'))
    socket.once('connect', () => {
      const step = Math.ceil(header.length / pieces)
      for (let at = 0; at < header.length; at += step) socket.write(header.subarray(at, at + step))
      const tls = connectTls({ socket, rejectUnauthorized: false, host: '127.0.0.1' })
      let text = ''
      tls.once('secureConnect', () => tls.write('GET /healthz HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n'))
      tls.on('data', (chunk) => (text += String(chunk)))
      tls.once('end', () => resolve(text.split('\r\n')[0] ?? ''))
      tls.once('error', (error: Error) => resolve(error.message))
    })
  })
}

describe('a gateway behind a load balancer', () => {
  test('begins TLS after the header, and takes nothing from it without one', async () => {
    const team = await startTeam({ more: 'listen: { address: 127.0.0.1, behind: [127.0.0.0/8] }' })
    for (const [what, header] of good) {
      expect(await askBehind(team.port, header), what).toBe('HTTP/1.1 200 OK')
      expect(await askBehind(team.port, header, 5), what).toBe('HTTP/1.1 200 OK')
    }
    expect(await askBehind(team.port, Buffer.alloc(0))).not.toContain('200')
    expect(await askBehind(team.port, line('PROXY TCP4 me you 1 2'))).not.toContain('200')
  })

  test('SECURITY: takes a header from nobody else, and serves who comes by another way', async () => {
    const team = await startTeam({ more: 'listen: { address: 127.0.0.1, behind: [192.0.2.1] }' })
    expect(await askBehind(team.port, line('PROXY TCP4 192.0.2.1 198.51.100.1 49152 8443'))).not.toContain('200')
    expect(await askBehind(team.port, Buffer.alloc(0))).toBe('HTTP/1.1 200 OK')
  })
})
