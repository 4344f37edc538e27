/** Real servers that speak TLS, with certificates of authorities that a test makes, and proxies that do not do what they are asked. */
import 'reflect-metadata'
import { createPublicKey, createHash, X509Certificate } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { createServer as createTcp, connect, type Server, type Socket } from 'node:net'
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate as Certificate,
} from '@peculiar/x509'
import { onTestFinished } from 'vitest'
import { createClient } from '../../../main/providers/gateway/client.ts'
import { makeDeviceKey, openDevice } from '../../../main/providers/gateway/device.ts'
import { createNetwork, type NetworkTls } from '../../../main/providers/gateway/network.ts'
import { realClock } from '../../fakes/fakeClock.ts'
import { portOf } from '../../gateway/gatewayFixture.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 24 * 3600 * 1000

export interface Authority {
  pem: string
  certificate: Certificate
  keys: CryptoKeyPair
}

interface Wanted {
  name?: string
  from?: number
  days?: number
  by?: Authority
}

export async function makeAuthority(): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=Company authority ${Math.random()}`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 100 * dayMs),
    extensions: [new BasicConstraintsExtension(true, 1, true)],
  })
  return { pem: certificate.toString('pem'), certificate, keys }
}

/** PEM of a key and a certificate for it; self-signed unless `by`. */
export async function makeIdentity({ name = '127.0.0.1', from = -dayMs, days = 10, by }: Wanted = {}): Promise<{
  key: string
  cert: string
  pin: string
}> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=gate',
    issuer: by?.certificate.subject ?? 'CN=gate',
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() + from),
    notAfter: new Date(Date.now() + from + days * dayMs),
    extensions: [new SubjectAlternativeNameExtension([/^\d/.test(name) ? { type: 'ip', value: name } : { type: 'dns', value: name }])],
  })
  const cert = certificate.toString('pem')
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const spki = createPublicKey(new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'pem' })).export({
    type: 'spki',
    format: 'der',
  })
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    cert,
    pin: createHash('sha256').update(spki).digest('base64url'),
  }
}

export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => void server.close(resolve))
  })
  return portOf(server)
}

/** Answers its port, and what was asked of it. */
export async function serveTls(
  identity: { key: string; cert: string },
  answer: RequestListener,
): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = []
  const server = createServer(identity, (request, response) => {
    heard.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  return { port: await listen(server), heard }
}

/** A TCP server that does what it is told with each connection. */
export async function serveTcp(handle: (socket: Socket) => void): Promise<{ port: number; connections: () => number }> {
  let count = 0
  const server = createTcp((socket) => {
    count += 1
    handle(socket)
  })
  return { port: await listen(server), connections: () => count }
}

/** An HTTP proxy. `answer` is what it says to CONNECT instead of opening a tunnel; `to` is where every tunnel leads. */
export async function serveProxy(options: { answer?: string; to?: number }): Promise<{ port: number; heads: string[] }> {
  const heads: string[] = []
  const { port } = await serveTcp((socket) => {
    socket.once('data', (head) => {
      heads.push(head.toString('latin1'))
      if (options.answer !== undefined || options.to === undefined) {
        socket.end(options.answer ?? '')
        return
      }
      const far = connect(options.to, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        socket.pipe(far).pipe(socket)
      })
      far.on('error', () => socket.destroy())
    })
  })
  return { port, heads }
}

/** Asks as the console asks a gateway that it joined: pinned TLS, a proof on every request, a parsed answer. */
export function asker(
  port: number,
  pin: string,
  options: { tls?: NetworkTls; host?: string; byAuthority?: boolean; totalMs?: number } = {},
) {
  const { tls, host = '127.0.0.1', byAuthority = false, totalMs } = options
  const device = openDevice(makeDeviceKey())
  const address = `${host}:${port}`
  const network = createNetwork({
    id: 'g1',
    address,
    gateway: 'FINGERPRINT',
    pins: () => [pin],
    device: () => Promise.resolve(device),
    clock: realClock,
    byAuthority: () => byAuthority,
    ...(tls && { tls }),
  })
  onTestFinished(() => network.close())
  const ask = createClient({
    id: 'g1',
    url: `https://${address}`,
    fetch: network.fetch,
    ...(totalMs !== undefined && { timeoutMs: totalMs }),
  })
  return { ask, network }
}
