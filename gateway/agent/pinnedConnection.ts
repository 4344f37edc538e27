/**
 * TLS to a gateway that is known by the key of its certificate, by Node alone: any other key is a stop, and so are an expired certificate and one for
 * another name. Nothing is sent before all of it is checked.
 */
import { createHash, type X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'

export interface Exchange {
  /** "gate.example.org:8443" */
  address: string
  /** SHA-256 of SubjectPublicKeyInfo, base64url. */
  pins: readonly string[]
  method: string
  /** Path and query. */
  target: string
  headers: Record<string, string>
  body: Uint8Array
  signal: AbortSignal
}

export interface Answer {
  status: number
  headers: Record<string, string>
  text: string
}

const longestAnswer = 1_000_000

/** Throws whatever the network throws, or because the gateway cannot be trusted. */
export async function exchange({ address, pins, method, target, headers, body, signal }: Exchange): Promise<Answer> {
  const { hostname, port } = new URL(`https://${address}`)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = await connectTls(host, Number(port || 443), pins, signal)
  return new Promise<Answer>((resolve, reject) => {
    const length = body.length === 0 ? {} : { 'content-length': String(body.length), 'content-type': 'application/json' }
    const sent = request(
      {
        method,
        path: target,
        headers: { host: address, ...headers, ...length, connection: 'close' },
        signal,
        createConnection: () => socket,
      },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => {
          text += chunk
          if (text.length > longestAnswer) incoming.destroy(new Error('the answer is too large'))
        })
        incoming.once('error', reject)
        incoming.once('end', () => {
          const plain: Record<string, string> = {}
          for (const [name, value] of Object.entries(incoming.headers)) if (typeof value === 'string') plain[name] = value
          resolve({ status: incoming.statusCode ?? 0, headers: plain, text })
        })
      },
    )
    sent.once('error', reject)
    sent.once('close', () => socket.destroy())
    sent.end(body)
  })
}

function connectTls(host: string, port: number, pins: readonly string[], signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // SECURITY: the pin takes the place of the chain, so a certificate of our own needs no authority and a stolen authority is of no use.
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = connect({ host, port, rejectUnauthorized: false, minVersion: 'TLSv1.2', ...name })
    const stop = () => socket.destroy(new Error('it took too long'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection ended')))
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', stop)
      const certificate = socket.getPeerX509Certificate()
      const problem = certificate === undefined ? 'it has no certificate' : faultOf(certificate, host, pins, Date.now())
      if (problem === undefined) resolve(socket)
      else socket.destroy(new Error(`the gateway cannot be trusted: ${problem}`))
    })
  })
}

function faultOf(certificate: X509Certificate, host: string, pins: readonly string[], nowMs: number): string | undefined {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
  if (!pins.includes(createHash('sha256').update(spki).digest('base64url'))) return 'it has another key'
  if (nowMs < Date.parse(certificate.validFrom)) return 'its certificate is not valid yet'
  if (nowMs > Date.parse(certificate.validTo)) return 'its certificate has run out'
  const isFor = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)
  return isFor === undefined ? 'its certificate is for another name' : undefined
}
