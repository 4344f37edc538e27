/**
 * TLS to a gateway that is known by the key of its certificate: whoever signed the certificate, another key is a stop without a way on, and so are
 * an expired certificate and one for another name (F-98, F-99). Nothing is sent before all of it is checked.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { lookup as lookupName } from 'node:dns'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { callbackify } from 'node:util'
import { Agent, buildConnector } from 'undici'
import type { FailureOf } from '../../../preload/contract.ts'
import { NoRoute } from '../../network/faults.ts'
import type { Route, Routes } from '../../network/routes.ts'
import { openTunnel } from '../../network/tunnel.ts'

export class Untrusted extends Error {
  readonly problem: FailureOf<'gatewayUntrusted'>['problem']
  constructor(problem: FailureOf<'gatewayUntrusted'>['problem']) {
    super(`the gateway cannot be trusted: ${problem}`)
    this.name = 'Untrusted'
    this.problem = problem
  }
}

export interface TlsOptions {
  /** SHA-256 of SubjectPublicKeyInfo, base64url; read for each connection. */
  pins: () => readonly string[]
  /** Wall clock, milliseconds. */
  now: () => number
  /** The ways there; directly unless told. Read for each connection. */
  routes?: Routes
  /** Name servers; the system's unless told. */
  lookup?: LookupFunction
  /** F-98: certificates (PEM) that may vouch for a key that is not pinned. Absent: none may. */
  authorities?: () => readonly string[] | undefined
  /** F-94, F-100: until TLS stands, and without a byte. */
  connectMs?: number
  silenceMs?: number
}

const toResolve: LookupFunction = (name, options, callback) => lookupName(name, options, callback)

/** Throws, by the connection: Untrusted, NoRoute, or what the network throws. */
export function pinnedAgent({
  pins,
  now,
  routes,
  lookup = toResolve,
  authorities,
  connectMs = 10_000,
  silenceMs = 45_000,
}: TlsOptions): Agent {
  return new Agent({
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    maxHeaderSize: 32 * 1024,
    connect(options, callback) {
      const ca = authorities?.()
      // SECURITY: the pin takes the place of the chain, so a certificate of ours needs no authority and a stolen authority is of no use; where
      // authorities count too, the socket says whether they vouch. A resumed session would bring no certificate to look at, so none is resumed.
      const connectTls = buildConnector({
        rejectUnauthorized: false,
        maxCachedSessions: 0,
        timeout: connectMs,
        minVersion: 'TLSv1.2',
        lookup: refuseLoopback(lookup),
        ...(ca && { ca: [...ca] }),
      })
      const overTls = (httpSocket?: Socket) =>
        new Promise<Socket>((resolve, reject) => {
          connectTls({ ...options, ...(httpSocket && { httpSocket }) }, (error, socket) => {
            if (error) {
              reject(error)
              return
            }
            const problem = problemOf(socket, options.hostname, pins(), now(), ca !== undefined)
            if (problem === undefined) {
              resolve(socket)
              return
            }
            socket.destroy()
            reject(problem)
          })
        })
      const place = `${options.hostname}:${options.port || '443'}`
      const go = async (route: Route) => (route.kind === 'direct' ? overTls() : overTls(await openTunnel(route, place, connectMs)))
      callbackify(() => firstThatWorks(routes, `https://${place}`, go))((error, socket) =>
        error === null ? callback(null, socket) : callback(error, null),
      )
    },
  })
}

/** The next way is for when this one leads nowhere; who is met at its end and is not the one looked for is met by all ways. */
async function firstThatWorks(routes: Routes | undefined, url: string, go: (route: Route) => Promise<Socket>): Promise<Socket> {
  let failed: unknown
  for (const route of (await routes?.(url)) ?? [{ kind: 'direct' as const }]) {
    try {
      return await go(route)
    } catch (error) {
      if (error instanceof Untrusted) throw error
      failed ??= error
    }
  }
  throw failed ?? new NoRoute('proxySetting')
}

function problemOf(
  socket: Socket,
  hostname: string,
  pins: readonly string[],
  nowMs: number,
  doAuthoritiesCount: boolean,
): Untrusted | undefined {
  const tls = socket instanceof TLSSocket ? socket : undefined
  const certificate = tls?.getPeerX509Certificate()
  if (tls === undefined || certificate === undefined) return new Untrusted('otherKey')
  const problem = judgeCertificate(certificate, hostname, pins, nowMs)
  if (problem !== 'otherKey' || !doAuthoritiesCount) return problem && new Untrusted(problem)
  if (tls.authorized) return undefined
  // Its dates and name are told for what they are, as if its key were the pinned one.
  return new Untrusted(judgeCertificate(certificate, hostname, [spkiOf(certificate)], nowMs) ?? 'unknownAuthority')
}

function spkiOf(certificate: X509Certificate): string {
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
}

/** Pure. The first thing that is wrong; the key comes first, since nothing else of another's certificate says anything. */
export function judgeCertificate(
  certificate: X509Certificate,
  hostname: string,
  pins: readonly string[],
  nowMs: number,
): Untrusted['problem'] | undefined {
  if (!pins.includes(spkiOf(certificate))) return 'otherKey'
  if (nowMs < Date.parse(certificate.validFrom)) return 'notYetValid'
  if (nowMs > Date.parse(certificate.validTo)) return 'expired'
  const host = hostname.replace(/^\[|\]$/g, '')
  const isFor = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)
  return isFor === undefined ? 'otherName' : undefined
}

/** F-93: a name server that answers with this computer's own address leads to whatever listens here. */
function refuseLoopback(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, address, family) => {
      if (error) {
        callback(error, address, family)
        return
      }
      const found = typeof address === 'string' ? [address] : address.map((one) => one.address)
      callback(found.some((one) => leadsHere(hostname, one)) ? new NoRoute('loopback') : null, address, family)
    })
}

/** Pure. 0.0.0.0 is this computer too. */
export function leadsHere(hostname: string, remoteAddress = ''): boolean {
  return isLoopback(remoteAddress) && !isLoopback(hostname)
}

function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '')
  return plain === 'localhost' || plain === '::1' || plain === '0.0.0.0' || plain === '::' || /^127(?:\.\d{1,3}){3}$/.test(plain)
}
