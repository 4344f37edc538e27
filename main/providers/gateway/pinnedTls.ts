/**
 * TLS to a gateway that is known by the key of its certificate: whoever signed the certificate, another key is a stop without a way on, and so are
 * an expired certificate and one for another name (F-98, F-99). Nothing is sent before all of it is checked.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Agent, buildConnector } from 'undici'
import type { FailureOf } from '../../../preload/contract.ts'

export class Untrusted extends Error {
  readonly problem: FailureOf<'gatewayUntrusted'>['problem']
  constructor(problem: FailureOf<'gatewayUntrusted'>['problem']) {
    super(`the gateway cannot be trusted: ${problem}`)
    this.name = 'Untrusted'
    this.problem = problem
  }
}

const connectTimeoutMs = 10_000
const silenceMs = 45_000

/** `pins`: SHA-256 of SubjectPublicKeyInfo, base64url; read for each connection. `now`: wall clock, milliseconds. */
export function pinnedAgent(pins: () => readonly string[], now: () => number): Agent {
  // SECURITY: the pin takes the place of the chain, so a certificate of ours needs no authority and a stolen authority is of no use. A resumed
  // session would bring no certificate to look at, so none is resumed.
  const connectTls = buildConnector({ rejectUnauthorized: false, maxCachedSessions: 0, timeout: connectTimeoutMs, minVersion: 'TLSv1.2' })
  return new Agent({
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    maxHeaderSize: 32 * 1024,
    connect(options, callback) {
      connectTls(options, (error, socket) => {
        if (error) {
          callback(error, null)
          return
        }
        const problem = problemOf(socket, options.hostname, pins(), now())
        if (problem === undefined) {
          callback(null, socket)
          return
        }
        socket.destroy()
        callback(problem, null)
      })
    },
  })
}

function problemOf(socket: Socket, hostname: string, pins: readonly string[], nowMs: number): Error | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  if (certificate === undefined) return new Untrusted('otherKey')
  const problem = judgeCertificate(certificate, hostname, pins, nowMs)
  if (problem !== undefined) return new Untrusted(problem)
  if (leadsHere(hostname, socket.remoteAddress)) return new Error('a name of elsewhere leads to this computer')
  return undefined
}

/** Pure. The first thing that is wrong; the key comes first, since nothing else of another's certificate says anything. */
export function judgeCertificate(
  certificate: X509Certificate,
  hostname: string,
  pins: readonly string[],
  nowMs: number,
): Untrusted['problem'] | undefined {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
  if (!pins.includes(createHash('sha256').update(spki).digest('base64url'))) return 'otherKey'
  if (nowMs < Date.parse(certificate.validFrom)) return 'notYetValid'
  if (nowMs > Date.parse(certificate.validTo)) return 'expired'
  const host = hostname.replace(/^\[|\]$/g, '')
  const isFor = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)
  return isFor === undefined ? 'otherName' : undefined
}

/** F-93: a name server that answers with this computer's own address leads to whatever listens here. */
export function leadsHere(hostname: string, remoteAddress = ''): boolean {
  return isLoopback(remoteAddress) && !isLoopback(hostname)
}

function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '')
  return plain === 'localhost' || plain === '::1' || /^127(?:\.\d{1,3}){3}$/.test(plain)
}
