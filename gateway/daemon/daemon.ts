/** A gateway that stands alone: the API behind TLS, for people who prove who they are (GTW-1). */
import { mkdir } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createAuthentication, proofsKeptMs } from '../authentication.ts'
import { encodeInvitation } from '../contract/invitationCode.ts'
import type { Clock } from '../deadlines.ts'
import { createUsedProofs } from '../keepers/usedProofs.ts'
import type { Log } from '../log.ts'
import type { Gate } from '../gates/gate.ts'
import { createStatements } from '../people/reach.ts'
import type { Reach } from '../people/reach.ts'
import { GatewayProblem } from '../problems.ts'
import { createGateway } from '../server.ts'
import type { Gateway } from '../server.ts'
import type { OpenedStore } from '../store/opened.ts'
import { readPlace } from './config.ts'
import type { Config } from './config.ts'
import { createFront } from './front.ts'
import { inWords, loadKeys } from './keys.ts'
import { listenTls, toHttp1 } from './listen.ts'
import { createMetrics, serveMetrics } from './metrics.ts'
import { createRefusals } from './refusals.ts'
import { openSharedStore } from './sharedStore.ts'
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

/** Throws what makes it impossible: ports in use, files that cannot be read, a store that is away or another's. Nothing listens then. */
export async function startDaemon(config: Config, clock: Clock, log: Log): Promise<Daemon> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
  const shared = config.store && (await openSharedStore(config.store.postgres, () => clock.monotonicMs()))
  try {
    // F-107: where the store has a clock, everybody goes by that one.
    return await startOn(config, shared?.clock ?? clock, log, shared)
  } catch (error) {
    await shared?.close()
    throw inWords(error, config.dataFolder)
  }
}

async function startOn(config: Config, clock: Clock, log: Log, shared: OpenedStore | undefined): Promise<Daemon> {
  const now = () => clock.now()
  const { name, dataFolder, address, relay } = config
  const place = readPlace(address)
  if (place === undefined) throw new RangeError(`not an address: ${address}`)
  const { key, tls, common } = await loadKeys(config, place.host, now(), shared?.store)
  const { fingerprint } = common
  const proofs = shared && (await createUsedProofs(shared.store, proofsKeptMs, () => clock.monotonicMs()))
  const authentication = createAuthentication(fingerprint, now, proofs)
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
    commonKeys: common,
    ...(shared && { openStore: () => Promise.resolve(shared) }),
  })
  metrics.watch(gateway)

  const onFault = (error: unknown) => log.error('a request failed', { error: error instanceof Error ? (error.stack ?? '') : String(error) })
  const refusals = createRefusals(mostRefusals, (distrust) => metrics.countRefusal(distrust))
  const front = createFront({ gateway, authentication, refusals, now, onFault })
  const addresses = new WeakMap<IncomingMessage, string>()
  const answer = (request: Request, incoming: IncomingMessage) => front(request, incoming, addresses.get(incoming) ?? '')
  // Load balancers ask how we are without a Host header.
  const adapter = { overrideGlobalObjects: false, hostname: place.host }
  const listener = getRequestListener((request, { incoming }) => answer(request, toHttp1(incoming)), adapter)

  try {
    const { address: listenAddress, port = place.port, behind = [] } = config.listen
    const listenOptions = { address: listenAddress, port, behind, certificate: tls.certificate, key: tls.key }
    const stopTls = await listenTls({
      ...listenOptions,
      onRequest(incoming, outgoing, callerAddress) {
        const startedAt = clock.monotonicMs()
        outgoing.once('close', () => {
          metrics.countRequest(incoming.method ?? '', outgoing.statusCode, (clock.monotonicMs() - startedAt) / 1000)
        })
        addresses.set(incoming, callerAddress)
        void listener(incoming, outgoing)
      },
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

/**
 * Again at each start until somebody is in: the first one may have been lost. Of gateways that start at the same moment, one invites; of those that start
 * after each other, the last.
 */
async function firstInvitation(gateway: Gateway, reach: Reach, administrator: string): Promise<string | undefined> {
  const { invitations, people } = gateway
  if (!(await invitations.nobodyIsIn())) return undefined
  try {
    const { invitations: open } = await people.list()
    for (const { id } of open) await invitations.withdraw('gateway', id)
    const { secret } = await invitations.invite('gateway', { name: administrator, roles: ['gatewayAdmin'], validFor: 'PT24H' })
    return encodeInvitation({ secret, ...reach.here() })
  } catch (error) {
    if (error instanceof GatewayProblem && ['notFound', 'exists'].includes(error.problem.code)) return undefined
    throw error
  }
}
