/** A way through an HTTP proxy (RFC 9110, 9.3.6): bytes to and from a place that the proxy reaches. What the proxy says beside that is not believed. */
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, getCACertificates } from 'node:tls'
import { NoRoute } from './faults.ts'
import type { Route } from './routes.ts'

const longestHead = 16 * 1024

/** `place`: "gate.example.org:8443". Throws NoRoute: `proxySignIn`, `captivePortal`, `proxy`, `timeout`. */
export async function openTunnel(proxy: Extract<Route, { kind: 'proxy' }>, place: string, timeoutMs: number): Promise<Socket> {
  const { host, port, secure, authorization } = proxy
  const socket: Socket = secure
    ? connectTls({ host, port, servername: host, ca: [...getCACertificates('default'), ...getCACertificates('system')] })
    : connectTcp({ host, port })
  const timer = setTimeout(() => socket.destroy(new NoRoute('timeout')), timeoutMs)
  try {
    await once(socket, secure ? 'secureConnect' : 'connect')
    const lines = [
      `CONNECT ${place} HTTP/1.1`,
      `Host: ${place}`,
      ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    judge(await readHead(socket))
    return socket
  } catch (error) {
    socket.destroy()
    throw error instanceof NoRoute ? error : new NoRoute('proxy', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

function once(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once(event, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}

/** The answer's head. What comes behind it is the other side's, and is put back. */
function readHead(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const end = (error?: Error) => {
      for (const [event, listener] of listeners) socket.off(event, listener)
      if (error) reject(error)
    }
    const onReadable = () => {
      for (let chunk: unknown = socket.read(); Buffer.isBuffer(chunk); chunk = socket.read()) {
        head = Buffer.concat([head, chunk])
        const at = head.indexOf('\r\n\r\n')
        if (at < 0 && head.length <= longestHead) continue
        end(at < 0 ? new Error('a head without an end') : undefined)
        if (at < 0) return
        if (head.length > at + 4) socket.unshift(head.subarray(at + 4))
        resolve(head.toString('latin1', 0, at))
        return
      }
    }
    const listeners = [
      ['readable', onReadable],
      ['error', (error: Error) => end(error)],
      ['close', () => end(new Error('the proxy hung up'))],
    ] as const
    for (const [event, listener] of listeners) socket.on(event, listener)
  })
}

function judge(head: string): void {
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0)
  if (status >= 200 && status < 300) return
  // NTLM and Negotiate sign in the connection, by this person's password or ticket: not to be given to whoever answers as a proxy (F-97).
  if (status === 407) throw new NoRoute('proxySignIn')
  // RFC 6585, and what networks do that know nothing of it: a page to sign in at (F-96).
  if (status === 511 || (status >= 300 && status < 400)) throw new NoRoute('captivePortal')
  throw new NoRoute('proxy', { cause: new Error(`the proxy answered with status ${status}`) })
}
