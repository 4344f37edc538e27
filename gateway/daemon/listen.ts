/** TLS on the network, with limits on what a connection may cost, and the address of who is at its other end. */
import { IncomingMessage } from 'node:http'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import { admits } from '../source.ts'
import { readProxyHeader } from './proxyProtocol.ts'

export interface ListenOptions {
  address: string
  port: number
  /** Load balancers, addresses or ranges. */
  behind: readonly string[]
  /** PEM. */
  certificate: string
  key: string
  /** `address`: of who connected, through whatever load balancer. */
  onRequest: (incoming: IncomingMessage, outgoing: ServerResponse, address: string) => void
}

/** Answers what stops it: no more connections, `finish` what is under way, a moment for the last bytes, and then everything is cut. */
export type StopListening = (finish: () => Promise<void>) => Promise<void>

const lastBytesMs = 500

/** F-116: a caller who sends slowly, or thousands of headers, holds a connection for some seconds and no more. */
export async function listenTls({ address, port, behind, certificate, key, onRequest }: ListenOptions): Promise<StopListening> {
  const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2000 }
  const server = createServer({
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
    keepAliveTimeout: 30_000,
    ...limits,
  })
  server.maxHeadersCount = 100
  server.maxConnections = 10_000
  const sourceOf = takeProxyHeaders(server, behind)
  server.on('request', (incoming, outgoing) => onRequest(incoming, outgoing, sourceOf(incoming.socket)))
  // The server itself does not know those that have not finished their handshake.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  // Such as no file descriptor left: that connection is lost, the others go on.
  server.on('error', () => {})
  return async (finish) => {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
    server.closeIdleConnections()
    await finish()
    const timer = setTimeout(() => sockets.forEach((socket) => socket.destroy()), lastBytesMs)
    await closed
    clearTimeout(timer)
  }
}

/** Has the server begin TLS after the header, for connections from load balancers. Answers what says who is at the other end of a connection. */
function takeProxyHeaders(server: Server, behind: readonly string[]): (socket: Socket) => string {
  const sources = new Map<string, string>()
  const known = new WeakMap<Socket, string>()
  const startTls = server.listeners('connection')
  server.removeAllListeners('connection')
  const begin = (socket: Socket): void => startTls.forEach((listener) => void Reflect.apply(listener, server, [socket]))
  const beginAfterHeader = async (socket: Socket): Promise<void> => {
    const ends = endsOf(socket)
    socket.once('close', () => sources.delete(ends))
    const { source } = await readProxyHeader(socket)
    if (source !== undefined) sources.set(ends, source)
    begin(socket)
  }
  server.on('connection', (socket: Socket) => {
    if (!behind.some((range) => admits(range, socket.remoteAddress))) begin(socket)
    else beginAfterHeader(socket).catch(() => socket.destroy())
  })
  // Now, and not when somebody asks: a connection that is over has no ends.
  server.on('secureConnection', (socket: Socket) => known.set(socket, plainAddress(sources.get(endsOf(socket)) ?? socket.remoteAddress)))
  return (socket) => known.get(socket) ?? ''
}

/** What tells a connection from all others that there are, and is the same for the TLS on it. */
function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`
}

/** An IPv4 address that arrives mapped into IPv6 is the IPv4 address; a zone says which interface, not who. */
function plainAddress(address = ''): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
}

/** Our server speaks HTTP/1.1 only, which the adapter's types cannot know. */
export function toHttp1(incoming: unknown): IncomingMessage {
  if (!(incoming instanceof IncomingMessage)) throw new TypeError('not HTTP/1.1')
  return incoming
}
