/**
 * One console per person and data folder: the first one listens on a socket in its own folder, a later one hands its link over and ends.
 * Whatever arrives there is hostile (F-10): short, one message a connection, a fixed form, and never more than a link to look at.
 */
import { createHash } from 'node:crypto'
import { chmodSync, renameSync, rmSync, statSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { maxLinkBytes } from '../linkArgument.ts'

export type Instance =
  | { first: true; /** Frees the place for the next start. */ release(): void }
  /** Another console runs and has been told. */
  | { first: false }

const greeting = 'gatehouse 1\n'
const maxMessageBytes = greeting.length + maxLinkBytes
const patienceMs = 1000

/**
 * Takes the place of the one console, or hands `link` (empty: only show the window) to the one that has it.
 * `onHandOver` gets what later starts hand over. Rejects when neither can be done.
 */
export async function claimInstance(folder: string, link: string, onHandOver: (link: string) => void): Promise<Instance> {
  const endpoint = instanceEndpoint(folder, process.platform)
  for (let attempt = 0; attempt < 5; attempt++) {
    const server = await listen(endpoint, onHandOver)
    if (server) {
      // The folder is 0700 already; this holds when it was made otherwise.
      if (process.platform !== 'win32') chmodSync(endpoint, 0o600)
      // Closing removes the socket's file.
      return { first: true, release: () => void server.close() }
    }
    const before = process.platform === 'win32' ? undefined : statSync(endpoint, { throwIfNoEntry: false })
    if (await handOver(endpoint, link)) return { first: false }
    // Nobody listens: left behind by a console that was killed.
    if (before) removeStale(endpoint, before.ino)
  }
  throw new Error(`another console holds ${endpoint} and does not answer`)
}

/** A path below the data folder, or a pipe's name made of it. Unix limits such a path to about 100 bytes. */
export function instanceEndpoint(folder: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return `\\\\.\\pipe\\gatehouse-${createHash('sha256').update(folder.toLowerCase()).digest('hex')}`
  const endpoint = path.join(folder, 'instance')
  if (Buffer.byteLength(endpoint) > 100) throw new Error(`the path of the data folder is too long for a socket: ${folder}`)
  return endpoint
}

/** undefined: the place is taken, or was left behind. */
async function listen(endpoint: string, onHandOver: (link: string) => void): Promise<Server | undefined> {
  const server = createServer({ allowHalfOpen: true }, (socket) => receive(socket, onHandOver))
  server.maxConnections = 16
  const { promise, resolve, reject } = Promise.withResolvers<Server | undefined>()
  server.once('listening', () => resolve(server))
  server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
  server.listen(endpoint)
  const listening = await promise
  // A connection that fails while it is accepted is not this console's end.
  listening?.on('error', () => {})
  return listening
}

function receive(socket: Socket, onHandOver: (link: string) => void): void {
  const chunks: Buffer[] = []
  let length = 0
  socket.setTimeout(patienceMs, () => socket.destroy())
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    length += chunk.length
    if (length > maxMessageBytes) socket.destroy()
    else chunks.push(chunk)
  })
  socket.on('end', () => {
    const link = handedLink(Buffer.concat(chunks))
    if (link !== undefined) onHandOver(link)
    socket.end()
  })
}

/** The link of a whole message; undefined when it is not of our form. */
export function handedLink(message: Uint8Array): string | undefined {
  if (message.length > maxMessageBytes) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(message)
    return text.startsWith(greeting) ? text.slice(greeting.length) : undefined
  } catch {
    return undefined
  }
}

/** True when the console there has taken the message. */
async function handOver(endpoint: string, link: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = createConnection(endpoint)
  socket.setTimeout(2 * patienceMs, () => socket.destroy())
  socket.on('error', () => resolve(false))
  // It ends its side only after it has read ours.
  socket.on('end', () => resolve(true))
  socket.on('close', () => resolve(false))
  socket.on('connect', () => socket.end(greeting + link))
  socket.resume()
  return promise
}

/** Removes the socket that was looked at, and never one that another start has put in its place meanwhile. */
function removeStale(endpoint: string, inode: number): void {
  const aside = `${endpoint}.${process.pid}`
  try {
    renameSync(endpoint, aside)
    if (statSync(aside).ino === inode) rmSync(aside)
    else renameSync(aside, endpoint)
  } catch {
    // Another start was quicker; the next attempt sees what is there now.
  }
}
