/** A gateway that stands alone: the API behind TLS, for people who prove who they are (GTW-1). */
import { mkdir } from 'node:fs/promises'
import { IncomingMessage } from 'node:http'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createAuthentication } from '../authentication.ts'
import { encodeInvitation } from '../contract/invitationCode.ts'
import type { Clock } from '../deadlines.ts'
import { gatewayFingerprint, keyFile, loadGatewayKey } from '../identity.ts'
import type { Log } from '../log.ts'
import type { Gate } from '../gates/gate.ts'
import { createStatements } from '../people/reach.ts'
import type { Reach } from '../people/reach.ts'
import { createGateway } from '../server.ts'
import type { Gateway } from '../server.ts'
import { readPlace } from './config.ts'
import type { Config } from './config.ts'
import { createFront } from './front.ts'
import { createMetrics, serveMetrics } from './metrics.ts'
import { createRefusals } from './refusals.ts'
import { givenTlsIdentity, ownTlsIdentity } from './tlsIdentity.ts'
import { translated } from './translated.ts'

export interface Daemon {
  readonly fingerprint: string
  /** For the first administrator; there only as long as nobody is let in. */
  readonly invitation: string | undefined
  readonly gateway: Gateway
  /** Takes no more connections, lets what is under way end for some seconds, and closes the gateway. Open grants keep their windows. */
  stop(): Promise<void>
}

const mostRefusals = 30
const lastBytesMs = 500

/** Throws what makes it impossible: ports in use, files that cannot be read, StoreError. Nothing listens then. */
export async function startDaemon(config: Config, clock: Clock, log: Log): Promise<Daemon> {
  const now = () => clock.now()
  const { name, dataFolder, address, relay } = config
  const place = readPlace(address)
  if (place === undefined) throw new RangeError(`not an address: ${address}`)
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  const tls = await (config.tls ? givenTlsIdentity(config.tls.certificate, config.tls.key) : ownTlsIdentity(dataFolder, place.host, now()))
  const key = await loadGatewayKey(keyFile(join(dataFolder, 'gateway-key')))
  const fingerprint = gatewayFingerprint(key)
  const authentication = createAuthentication(fingerprint, now)
  const sign = await createStatements(key)
  const metrics = createMetrics()

  const [pin] = tls.pins
  if (pin === undefined) throw new Error('there is no TLS key')
  const trust = config.tls?.knownBy === 'authority' ? { byAuthority: true } : {}
  const reach: Reach = {
    here: () => ({ fingerprint, pin, address, name, ...trust }),
    statementFor: (aud) =>
      sign({
        gateway: fingerprint,
        name,
        aud,
        iat: Math.floor(now() / 1000),
        pins: tls.pins.map((one) => one.toString('base64url')),
        ...trust,
      }),
    async isProvedBy(jwk, proof) {
      const request = { method: 'POST', target: '/v1/me/key', proof, body: () => Promise.resolve(new Uint8Array()) }
      const judged = await authentication.judge(request, ({ fresh }) => Promise.resolve(fresh?.x === jwk.x ? { x: jwk.x } : undefined))
      return judged.ok
    },
  }
  const gateway = await createGateway({
    dataFolder,
    clock,
    log,
    relayAddress: relay.listen ?? relay.address,
    ...(relay.listen !== undefined && { throughGate: (gate: Gate) => translated(gate, relay.listen ?? '', relay.address) }),
    ...(config.nftables && { nftables: config.nftables }),
    key: () => Promise.resolve(key),
    gatewayName: name,
    reach,
  })

  const onFault = (error: unknown) => log.error('a request failed', { error: error instanceof Error ? (error.stack ?? '') : String(error) })
  const refusals = createRefusals(mostRefusals, (distrust) => metrics.countRefusal(distrust))
  const front = createFront({ gateway, authentication, refusals, now, onFault })
  const listener = getRequestListener((request, { incoming }) => front(request, toHttp1(incoming)), { overrideGlobalObjects: false })

  try {
    const stopTls = await listenTls(config, place.port, tls, (incoming, outgoing) => {
      const startedAt = clock.monotonicMs()
      outgoing.once('close', () => {
        metrics.countRequest(incoming.method ?? '', outgoing.statusCode, (clock.monotonicMs() - startedAt) / 1000)
      })
      void listener(incoming, outgoing)
    })
    const metricsServer = config.metrics && (await serveMetrics(metrics, config.metrics.port))
    const invitation = await firstInvitation(gateway, reach, config.administrator)
    log.info('listening', { address, fingerprint })
    return {
      fingerprint,
      invitation,
      gateway,
      async stop() {
        log.info('stopping')
        metricsServer?.close()
        metricsServer?.closeAllConnections()
        await stopTls(() => gateway.close())
        log.info('stopped')
      },
    }
  } catch (error) {
    await gateway.close()
    throw error
  }
}

/** Again at each start until somebody is in: the first one may have been lost. */
async function firstInvitation(gateway: Gateway, reach: Reach, administrator: string): Promise<string | undefined> {
  const { invitations, people } = gateway
  if (!(await invitations.nobodyIsIn())) return undefined
  const { invitations: open } = await people.list()
  for (const { id } of open) await invitations.withdraw('gateway', id)
  const { secret } = await invitations.invite('gateway', { name: administrator, roles: ['gatewayAdmin'], validFor: 'PT24H' })
  return encodeInvitation({ secret, ...reach.here() })
}

/** Answers what stops it: no more connections, `finish` what is under way, a moment for the last bytes, and then everything is cut. */
type StopTls = (finish: () => Promise<void>) => Promise<void>

/** F-116: a caller who sends slowly, or thousands of headers, holds a connection for some seconds and no more. */
async function listenTls(
  { listen }: Config,
  port: number,
  { certificate, key }: { certificate: string; key: string },
  onRequest: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
): Promise<StopTls> {
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
  server.on('request', onRequest)
  // The server itself does not know those that have not finished their handshake.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: listen.address, port: listen.port ?? port }, () => {
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

/** Our server speaks HTTP/1.1 only, which the adapter's types cannot know. */
function toHttp1(incoming: unknown): IncomingMessage {
  if (!(incoming instanceof IncomingMessage)) throw new TypeError('not HTTP/1.1')
  return incoming
}
