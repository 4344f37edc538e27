/**
 * The relay gate: a TCP port map. Each grant has a random port of its own for each of the machine's ports, so grants that overlap on one
 * machine share nothing and each ends by itself (F-51). It admits the requester's source only, and everyone else is reset. The sockets die with
 * this process: after a restart nothing of it can be left open.
 */
import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'
import type { NetConnectOpts, Server, Socket } from 'node:net'
import type { Endpoint, Unreachable } from '../api.ts'
import { admits } from '../source.ts'
import type { Gate, GateOrder, ReadyWay } from './gate.ts'

const dialTimeoutMs = 10_000
/** Below are the ports of services. */
const lowestPort = 32_768
const mostTries = 200
const smallestBuffer = 16 * 1024
const largestBuffer = 256 * 1024
/** Per port of a grant. A session needs a handful; this keeps one grant from taking the file descriptors of all. */
const mostConnections = 256
const closedMeanwhile = 'the way was closed while it opened'

interface Way {
  order: GateOrder
  endpoints: Endpoint[]
  servers: Server[]
  pairs: Set<Pair>
  bytes: { up: number; down: number }
  unreachable?: Unreachable
  /** Until then it listens, so that its port is known, and lets nobody in. */
  isOpen: boolean
}

interface Pair {
  client: Socket
  machine: Socket
}

/** What a dial's failure means to the person who waits for it. */
export interface DialFailure extends Unreachable {
  grantId: string
}

/** `address` is where it listens. `onUnreachable` is told when a machine could not be reached through an open way. */
export function createRelay(address: string, now: () => number, onUnreachable: (failure: DialFailure) => void): Gate {
  const ways = new Map<string, Promise<Way>>()
  const ready = new Map<string, Way>()

  async function makeWay(order: GateOrder): Promise<Way> {
    const way: Way = { order, endpoints: [], servers: [], pairs: new Set(), bytes: { up: 0, down: 0 }, isOpen: false }
    try {
      for (const [index, port] of order.ports.entries()) {
        const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true })
        server.maxConnections = mostConnections
        // Such as no file descriptor left for one more connection: that one is lost, the others go on.
        server.on('error', () => {})
        server.on('connection', (client) => admit(way, port, client))
        way.servers.push(server)
        way.endpoints.push({ port, address, connectPort: await listen(server, address, order.wanted?.[index]) })
      }
    } catch (error) {
      cut(way)
      throw error
    }
    return way
  }

  function admit(way: Way, port: number, client: Socket): void {
    // A socket without a listener for 'error' would end the process; 'close' follows and tells whether there was one.
    client.on('error', () => {})
    if (!way.isOpen || !admits(way.order.source, client.remoteAddress)) {
      client.resetAndDestroy()
      return
    }
    const machine = connect({ host: way.order.address, port, noDelay: true, allowHalfOpen: true, onread: carryTo(client) })
    const pair = { client, machine }
    way.pairs.add(pair)
    let isDialing = true
    const timeout = setTimeout(() => machine.destroy(new DialTimeout()), dialTimeoutMs)
    machine.once('connect', () => {
      isDialing = false
      clearTimeout(timeout)
      delete way.unreachable
      // pipe() keeps the pressure and hands a half-close on; the other way is carried by `onread`.
      client.pipe(machine)
      machine.once('end', () => client.end())
      client.on('drain', () => machine.resume())
    })
    machine.on('error', (error) => {
      if (!isDialing || !ready.has(way.order.grantId)) return
      const wasReachable = way.unreachable === undefined
      way.unreachable = { port, cause: causeOf(error), at: new Date(now()).toISOString() }
      // A client that dials again and again is told of once.
      if (wasReachable) onUnreachable({ grantId: way.order.grantId, ...way.unreachable })
    })
    const ended = (other: Socket) => (hadError: boolean) => {
      clearTimeout(timeout)
      if (hadError) reset(other)
      if (!client.destroyed || !machine.destroyed || !way.pairs.delete(pair)) return
      way.bytes.up += client.bytesRead
      way.bytes.down += machine.bytesRead
    }
    client.on('close', ended(machine))
    machine.on('close', ended(client))
  }

  async function prepare(order: GateOrder): Promise<ReadyWay> {
    const { grantId } = order
    const known = ways.get(grantId)
    const making = known ?? makeWay(order)
    if (known === undefined) ways.set(grantId, making)
    try {
      const way = await making
      // Closed while it opened: what closes wins.
      if (ways.get(grantId) !== making) {
        cut(way)
        throw new Error(closedMeanwhile)
      }
      ready.set(grantId, way)
      return {
        endpoints: way.endpoints,
        open() {
          if (ready.get(grantId) !== way) throw new Error(closedMeanwhile)
          way.isOpen = true
        },
      }
    } catch (error) {
      if (ways.get(grantId) === making) ways.delete(grantId)
      throw error
    }
  }

  return {
    prepare,
    async open(order) {
      const way = await prepare(order)
      way.open()
      return way.endpoints
    },
    close(grantId) {
      const way = ready.get(grantId)
      ready.delete(grantId)
      ways.delete(grantId)
      if (way !== undefined) cut(way)
      return Promise.resolve()
    },
    list: () => Promise.resolve([...ready].filter(([, way]) => way.isOpen).map(([id]) => id)),
    traffic(grantId) {
      const way = ready.get(grantId)
      if (way?.isOpen !== true) return undefined
      let { up, down } = way.bytes
      for (const { client, machine } of way.pairs) {
        up += client.bytesRead
        down += machine.bytesRead
      }
      return { connections: way.pairs.size, bytes: { up, down }, ...(way.unreachable && { unreachable: way.unreachable }) }
    },
  }
}

/**
 * Reads what the machine sends into buffers that are used again, and that grow while they are filled: what screens and files send is much more
 * than what keys do, and a read into a buffer of our own costs a third less than a stream's. A buffer that the client's side has not taken over
 * yet is left to it.
 */
function carryTo(client: Socket): NonNullable<NetConnectOpts['onread']> {
  let buffer = Buffer.allocUnsafeSlow(smallestBuffer)
  let wasFilled = false
  return {
    buffer: () => {
      const size = wasFilled ? Math.min(buffer.length * 4, largestBuffer) : buffer.length
      if (client.writableLength > 0 || size !== buffer.length) buffer = Buffer.allocUnsafeSlow(size)
      return buffer
    },
    callback: (count, bytes) => {
      wasFilled = count === buffer.length
      const mayGoOn = client.write(bytes.subarray(0, count))
      // A write larger than the high-water mark is told off even where all of it was taken over at once.
      return mayGoOn || client.writableLength === 0
    },
  }
}

class DialTimeout extends Error {
  readonly code = 'ETIMEDOUT'
}

/**
 * Listens on the wanted port where that is free, else on one that nobody can guess. Asked for "any" port, Linux walks over those in use: with 10,000 ways open that took it 4 ms a port.
 */
async function listen(server: Server, address: string, wanted?: number): Promise<number> {
  if (wanted !== undefined && (await tryPort(server, address, wanted))) return wanted
  for (let tries = 0; tries < mostTries; tries += 1) {
    const port = randomInt(lowestPort, 65_536)
    if (await tryPort(server, address, port)) return port
  }
  throw new Error('no free port was found')
}

function tryPort(server: Server, address: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onListening = (): void => {
      server.off('error', onError)
      resolve(true)
    }
    const onError = (error: Error): void => {
      server.off('listening', onListening)
      // EACCES: Windows sets ranges of ports aside.
      if ('code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) resolve(false)
      else reject(error)
    }
    server.once('error', onError)
    server.once('listening', onListening)
    server.listen({ host: address, port, exclusive: true })
  })
}

/** Synchronous: when it returns, nothing passes any more. */
function cut(way: Way): void {
  for (const server of way.servers) server.close()
  for (const { client, machine } of way.pairs) {
    reset(client)
    reset(machine)
  }
}

function reset(socket: Socket): void {
  if (socket.destroyed) return
  // A socket that still connects would wait for its connection only to reset it.
  if (socket.connecting) socket.destroy()
  else socket.resetAndDestroy()
}

function causeOf(error: Error): Unreachable['cause'] {
  const code = 'code' in error ? error.code : undefined
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ETIMEDOUT') return 'timeout'
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA') return 'dns'
  return 'network'
}
