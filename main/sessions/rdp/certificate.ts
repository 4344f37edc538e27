/** The certificate that an RDP server shows, asked for before any client is started: the start of MS-RDPBCGR and TLS, nothing else of RDP. */
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { CallError } from '../../callError.ts'
import type { Target } from '../endpoint.ts'
import { foreignText } from '../foreignText.ts'
import { causeOf, reach, unreachable } from '../ssh/reach.ts'

export interface ServerCertificate {
  /** "SHA256:" and the digest of the DER form in base64 without padding, as OpenSSH writes fingerprints. */
  fingerprint: string
  /** The subject in one line, made safe to show. */
  subject: string
  /** ISO 8601. */
  validUntil: string
}

const patienceMs = 10_000

/**
 * TPKT (RFC 1006), an X.224 connection request (X.224 13.3), and RDP_NEG_REQ (MS-RDPBCGR 2.2.1.1.1) that asks for
 * TLS or CredSSP over TLS: 1 | 2 | 8.
 */
const request = Buffer.from('030000130ee00000000000010008000b000000', 'hex')

/**
 * The certificate of the server at `target`. It is neither trusted nor refused here.
 * Throws CallError unreachable; unsafeServer when it offers no TLS 1.2 or is no RDP server.
 */
export async function certificateOf(target: Target, { signal }: { signal: AbortSignal }): Promise<ServerCertificate> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
  const socket = await reach(target, signal)
  try {
    await orAbort(socket, limited, target, negotiate(socket, target))
    return await orAbort(socket, limited, target, showCertificate(socket, target))
  } finally {
    socket.destroy()
  }
}

function orAbort<Value>(socket: Socket, signal: AbortSignal, target: Target, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      const isTimeout = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
      socket.destroy()
      if (isTimeout) reject(unreachable(target, 'timeout'))
      else reject(signal.reason instanceof Error ? signal.reason : new CallError({ tag: 'cancelled' }))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

const unsafe = (detail: string, cause?: unknown) => new CallError({ tag: 'unsafeServer', detail }, { cause })

async function negotiate(socket: Socket, target: Target): Promise<void> {
  socket.write(request)
  const head = await take(socket, target, 4)
  const length = head.readUInt16BE(2)
  // TPKT version 3; the shortest confirm is 7 bytes after it, the longest one that is of use 15.
  if (head[0] !== 3 || length < 11 || length > 64) throw unsafe('not an RDP server')
  const confirm = await take(socket, target, length - 4)
  if (confirm.readUInt8(1) >> 4 !== 0xd) throw unsafe('not an RDP server')
  const answer = confirm.subarray(7)
  if (answer.length < 8) throw unsafe('no TLS')
  const [kind, value] = [answer.readUInt8(0), answer.readUInt32LE(4)]
  // RDP_NEG_FAILURE (2.2.1.2.2), or RDP_NEG_RSP (2.2.1.2.1) that selects standard RDP security.
  if (kind === 3) throw unsafe(`no TLS (negotiation failure ${value})`)
  if (kind !== 2 || (value !== 1 && value !== 2 && value !== 8)) throw unsafe('no TLS')
}

/** Exactly `count` bytes. */
function take(socket: Socket, target: Target, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      leave()
      reject(unreachable(target, causeOf(error), error))
    }
    const onEnd = () => {
      leave()
      reject(unreachable(target, 'reset'))
    }
    const onReadable = () => {
      const bytes: unknown = socket.read(count)
      if (!Buffer.isBuffer(bytes)) return
      leave()
      if (bytes.length === count) resolve(bytes)
      else onEnd()
    }
    function leave(): void {
      socket.off('readable', onReadable).off('error', fail).off('close', onEnd).off('end', onEnd)
    }
    socket.on('readable', onReadable).on('error', fail).on('close', onEnd).on('end', onEnd)
    onReadable()
  })
}

function showCertificate(socket: Socket, target: Target): Promise<ServerCertificate> {
  return new Promise((resolve, reject) => {
    const tls: TLSSocket = connectTls({
      socket,
      // RDP servers sign their own certificates: the pin is what counts (docs/security.md).
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ...(isIP(target.address) === 0 && { servername: target.address }),
    })
    tls.once('secureConnect', () => {
      const certificate = tls.getPeerX509Certificate()
      if (!certificate) {
        reject(unsafe('no certificate'))
        return
      }
      const subject = foreignText(certificate.subject.split('\n').toReversed().join(', '), 200)
      const fingerprint = toBase64Fingerprint(certificate.fingerprint256)
      resolve({ fingerprint, subject, validUntil: certificate.validToDate.toISOString() })
      tls.destroy()
    })
    tls.once('error', (error: NodeJS.ErrnoException) => {
      const isTls = error.code?.startsWith('ERR_SSL') ?? false
      reject(isTls ? unsafe('no TLS 1.2', error) : unreachable(target, causeOf(error), error))
    })
    tls.once('close', () => reject(unreachable(target, 'reset')))
  })
}

/** "SHA256:…" from "AA:BB:…". */
function toBase64Fingerprint(hex: string): string {
  return `SHA256:${Buffer.from(hex.replaceAll(':', ''), 'hex').toString('base64').replace(/=+$/, '')}`
}

/** The 32 bytes of a "SHA256:…" fingerprint as "aa:bb:…", or undefined when it is not one. */
export function toHexFingerprint(fingerprint: string): string | undefined {
  const [, text] = /^SHA256:([A-Za-z0-9+/]{43})$/.exec(fingerprint) ?? []
  if (text === undefined) return undefined
  const digest = Buffer.from(text, 'base64')
  return digest.toString('hex').match(/../g)?.join(':')
}
