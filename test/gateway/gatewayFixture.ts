/**
 * A real gateway on a folder of its own, a real machine (an echo server on loopback) behind it, and few words to ask it. Its store is the file in
 * the folder, or a database of its own on the PostgreSQL server that the run stands on.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { Grant, MachinesAdded, Problem } from '../../gateway/api.ts'
import type { AddMachines, Caller, Rules } from '../../gateway/api.ts'
import type { Clock } from '../../gateway/deadlines.ts'
import { createGateway } from '../../gateway/server.ts'
import type { Gateway, GatewayOptions } from '../../gateway/server.ts'
import { openFile, openStore } from '../../gateway/store/database.ts'
import type { Store } from '../../gateway/store/database.ts'
import type { OpenedStore } from '../../gateway/store/opened.ts'
import { openPostgres } from '../../gateway/store/postgres/openPostgres.ts'
import type { PostgresPlace } from '../../gateway/store/postgres/pool.ts'
import { createDatabase, isOnPostgres, openDatabase } from './postgresFixture.ts'
import { tcpRule } from './tcpRule.ts'

export const alice = { technician: 'alice', roles: ['gatewayAdmin'] as const, address: '127.0.0.1' }
export const bob = { technician: 'bob', roles: ['gatewayAdmin'] as const, address: '127.0.0.1' }

/** This computer's clocks, which a test can move against each other. */
export function movableClock(): Clock & { moveWall(byMs: number): void; movedMs(): number } {
  let offsetMs = 0
  return {
    now: () => Date.now() + offsetMs,
    monotonicMs: () => performance.now(),
    movedMs: () => offsetMs,
    moveWall: (byMs) => void (offsetMs += byMs),
  }
}

export interface Asked {
  status: number
  body: unknown
}

export interface Bench {
  folder: string
  /** The database, where the store is one. */
  place: PostgresPlace | undefined
  gateway: Gateway
  clock: ReturnType<typeof movableClock>
  ask(method: string, path: string, body?: unknown, options?: { caller?: Caller; headers?: Record<string, string> }): Promise<Asked>
  addMachine(port: number, rules?: Rules, more?: Partial<AddMachines['machines'][number]>): Promise<string>
  request(machineId: string, port: number, options?: RequestOptions): Promise<Asked>
  /** Throws when it was refused. */
  grant(machineId: string, port: number, options?: RequestOptions): Promise<Grant>
  /** All events, oldest first, as "action outcome". */
  actions(query?: string): Promise<string[]>
  restart(options?: Partial<GatewayOptions>): Promise<void>
  /** The store itself. The file has to be let go of by the gateway first. */
  openStore(): Promise<Store>
  close(): Promise<void>
}

export interface RequestOptions {
  key?: string
  caller?: Caller
  duration?: string
  source?: string
  reason?: string
}

export { tcpRule }

/** `shared`: the database of another bench, for several gateways on one store. */
export async function openBench(options: Partial<GatewayOptions> = {}, shared?: PostgresPlace): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
  const clock = movableClock()
  const place = shared ?? (isOnPostgres ? await createDatabase() : undefined)
  const made: GatewayOptions = { dataFolder: folder, clock, ...(place && { openStore: () => openAt(place, clock) }), ...options }
  const bench: Bench = {
    folder,
    place,
    clock,
    gateway: await createGateway(made),
    async ask(method, path, body, { caller = alice, headers = {} } = {}) {
      const init: RequestInit = { method, headers }
      if (body !== undefined) {
        init.body = typeof body === 'string' ? body : JSON.stringify(body)
        init.headers = { 'content-type': 'application/json', ...headers }
      }
      const response = await bench.gateway.fetch(new Request(`https://gateway.internal${path}`, init), caller)
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    },
    async addMachine(port, rules = [tcpRule(port)], more = {}) {
      const machine = { name: `m${port}`, address: '127.0.0.1', os: 'linux', site: 'Berlin', tags: [], rules, ...more }
      const { status, body } = await bench.ask('POST', '/v1/machines', { machines: [machine] })
      if (status !== 201) throw new Error(JSON.stringify(body))
      return MachinesAdded.parse(body).machines[0]?.id ?? ''
    },
    request(machineId, port, { key = randomUUID(), caller = alice, duration = 'PT1H', source, reason = 'ticket 7' } = {}) {
      const body = { machineId, ports: [port], duration, reason, ...(source === undefined ? {} : { source }) }
      return bench.ask('POST', '/v1/grants', body, { caller, headers: { 'idempotency-key': key } })
    },
    async grant(machineId, port, requestOptions) {
      const { status, body } = await bench.request(machineId, port, requestOptions)
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
      return Grant.parse(body)
    },
    async actions(query = '') {
      const { body } = await bench.ask('GET', `/v1/audit?limit=1000${query}`)
      const { events } = z.object({ events: z.array(z.object({ action: z.string(), outcome: z.string() })) }).parse(body)
      return events.map((event) => `${event.action} ${event.outcome}`).toReversed()
    },
    async restart(again = {}) {
      await bench.gateway.close()
      bench.gateway = await createGateway({ ...made, ...again })
    },
    openStore: () => Promise.resolve(place === undefined ? openStore(openFile(folder)) : openDatabase(place)),
    async close() {
      await bench.gateway.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return bench
}

/** What is moved is the one clock that all gateways go by: the database's, as this gateway sees it. */
async function openAt(place: PostgresPlace, clock: ReturnType<typeof movableClock>): Promise<OpenedStore> {
  const opened = await openPostgres(place, () => clock.monotonicMs())
  const storeClock = opened.clock
  return { ...opened, clock: { monotonicMs: () => storeClock.monotonicMs(), now: () => storeClock.now() + clock.movedMs() } }
}

export function codeOf(asked: Asked): string {
  return Problem.parse(asked.body).code
}

export interface Machine {
  port: number
  server: Server
  live: Set<Socket>
  close(): Promise<void>
}

/** A TCP server on loopback; echoes unless told what else to do. */
export async function startMachine(serve: (socket: Socket) => void = (socket) => socket.pipe(socket)): Promise<Machine> {
  const live = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    live.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => live.delete(socket))
    serve(socket)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(server),
    server,
    live,
    async close() {
      for (const socket of live) socket.destroy()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}

/** Connects where a grant says. */
export function through(grant: Grant, index = 0, localAddress?: string): Promise<Socket> {
  const endpoint = grant.endpoints[index]
  if (endpoint === undefined) throw new Error('the grant has no endpoint')
  return dial(endpoint.address, endpoint.connectPort, localAddress)
}

export function dial(host: string, port: number, localAddress?: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, ...(localAddress === undefined ? {} : { localAddress }) })
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })
}

/** Sends and waits until as much came back. */
export function echo(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let back = ''
    const onData = (bytes: Buffer): void => {
      back += bytes.toString()
      if (back.length >= text.length) {
        socket.off('data', onData)
        resolve(back)
      }
    }
    socket.on('data', onData)
    socket.once('error', reject)
    socket.write(text)
  })
}

/** When and how a connection ended: the error's code, or 'end'. */
export function ended(socket: Socket): Promise<{ how: string; atMs: number }> {
  return new Promise((resolve) => {
    let how = 'end'
    socket.resume()
    socket.on('error', (error) => {
      how = 'code' in error ? String(error.code) : error.message
    })
    socket.on('close', () => resolve({ how, atMs: performance.now() }))
  })
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not a listening TCP server')
  return address.port
}
