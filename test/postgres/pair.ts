/** Gateways as an organisation runs them: processes of their own on one PostgreSQL server, with common keys, behind one address. */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { Grant, MachinesAdded } from '../../gateway/api.ts'
import { openDevice, type Device } from '../../main/providers/gateway/device.ts'
import { createNetwork, type Network } from '../../main/providers/gateway/network.ts'
import { decodeInvitation } from '../../gateway/contract/invitationCode.ts'
import { joinAs } from '../gateway/daemon/daemonFixture.ts'
import { startMachine } from '../gateway/gatewayFixture.ts'
import { tcpRule } from '../gateway/tcpRule.ts'
import { startBalancer } from '../real/parts/haproxy.ts'
import { eventually, freePort } from '../real/parts/keeper.ts'

const repository = resolve(import.meta.dirname, '../..')
/** What has to be the same at all gateways. */
const commonKeys = ['gateway-key', 'tls-key.pem', 'tls-next-key.pem']

/** How the gateways reach their database. */
export interface DatabaseAccess {
  port: number
  database: string
  passwordFile: string
  certificateFile: string
}

export interface GatewayProcess {
  readonly port: number
  readonly relayAddress: string
  readonly folder: string
  /** What it wrote: to the log, and to the person at the terminal. */
  readonly written: { log: string; told: string }
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
  untilServing(): Promise<void>
  /** A value of its metrics, by its whole name with labels. */
  metric(name: string): Promise<number>
}

interface Place {
  /** A folder for what is to go with the test. */
  folder: string
  /** Where people reach all of them. */
  address: string
  /** Until the load balancer has found a gateway that is well. */
  untilReached(): Promise<void>
  /** Starts the gateway with this number; `keysOf`: brings the keys of another before. */
  start(number: 0 | 1, keysOf?: GatewayProcess): Promise<GatewayProcess>
}

/** Two places for gateways, and what is in front of them. */
async function openPlace(database: DatabaseAccess): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pair-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const ports = [await freePort(), await freePort()]
  const metricsPorts = [await freePort(), await freePort()]
  const balancer = await startBalancer({ targets: ports, from: '127.0.0.9' })
  onTestFinished(balancer.stop)
  const address = `127.0.0.1:${balancer.port}`

  return {
    folder,
    address,
    untilReached: () => eventually('a gateway behind the load balancer', 10_000, async () => (await healthOf(balancer.port)) === 200),
    async start(number, keysOf) {
      const at = join(folder, `gateway-${number}`)
      const data = join(at, 'data')
      mkdirSync(data, { recursive: true, mode: 0o700 })
      if (keysOf !== undefined) for (const name of commonKeys) copyFileSync(join(keysOf.folder, name), join(data, name))
      const config = join(at, 'gatehouse.yaml')
      const relayAddress = `127.0.0.${number + 1}`
      writeFileSync(
        config,
        `name: Contoso
address: ${address}
listen: { address: 127.0.0.1, port: ${ports[number]}, behind: [127.0.0.9] }
relay: { address: ${relayAddress} }
dataFolder: ${data}
administrator: Ada
metrics: { port: ${metricsPorts[number]} }
store:
  postgres:
    host: 127.0.0.1
    port: ${database.port}
    database: ${database.database}
    passwordFile: ${database.passwordFile}
    tls: { ca: ${database.certificateFile} }
`,
      )
      return run(config, { port: ports[number] ?? 0, metricsPort: metricsPorts[number] ?? 0, relayAddress, folder: data })
    },
  }
}

/** What GET /healthz answers; undefined when there is no answer. */
export function healthOf(port: number): Promise<number | undefined> {
  return new Promise((answer) => {
    const sent = request({ host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false, agent: false }, (response) => {
      response.resume()
      answer(response.statusCode)
    })
    sent.on('error', () => answer(undefined))
    sent.end()
  })
}

interface Where {
  port: number
  metricsPort: number
  relayAddress: string
  folder: string
}

function run(config: string, { metricsPort, ...where }: Where): GatewayProcess {
  const child = spawn(process.execPath, ['gateway/serve.ts', '--config', config], { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] })
  const written = { log: '', told: '' }
  child.stdout.on('data', (chunk) => (written.log += String(chunk)))
  child.stderr.on('data', (chunk) => (written.told += String(chunk)))
  const ended = new Promise<number | string | null>((done) => void child.once('close', (code, signal) => done(code ?? signal)))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    ...where,
    written,
    ended,
    kill: (signal) => void child.kill(signal),
    untilServing: () =>
      eventually(`a gateway on port ${where.port}`, 20_000, () => {
        if (child.exitCode !== null) throw new Error(`it ended: ${written.told}${written.log}`)
        return written.log.includes('"listening"') && written.told.includes('fingerprint')
      }),
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
      const line = text.split('\n').find((one) => one.startsWith(`${name} `))
      return line === undefined ? Number.NaN : Number(line.slice(name.length + 1))
    },
  }
}

/** Somebody's computer: asks one gateway, or whichever the load balancer chooses, with the proofs of one key. */
interface Caller {
  readonly device: Device
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: unknown }>
  addMachine(port: number): Promise<string>
  grant(machineId: string, port: number, durationS: number): Promise<Grant>
  grantOf(id: string): Promise<Grant>
}

/** `key`: as the keychain keeps it, of somebody who is in. */
function callerAt(address: string, key: string, { gateway, pins }: { gateway: string; pins: readonly string[] }): Caller {
  const device = openDevice(key)
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now() }
  const options = { id: 'test', address, gateway, pins: () => pins, device: () => Promise.resolve(device), clock }
  const network: Network = createNetwork(options)
  onTestFinished(() => network.close())
  const caller: Caller = {
    device,
    async ask(method, path, body, headers = {}) {
      const content = body === undefined ? {} : { body: JSON.stringify(body) }
      const type = body === undefined ? {} : { 'content-type': 'application/json' }
      const signal = AbortSignal.timeout(10_000)
      const response = await network.fetch(
        new Request(`https://${address}${path}`, { method, headers: { ...type, ...headers }, signal, ...content }),
      )
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    },
    async addMachine(port) {
      const machine = { name: `m${port}`, address: '127.0.0.1', os: 'linux', site: 'Berlin', tags: [], rules: [tcpRule(port)] }
      const { body } = await caller.ask('POST', '/v1/machines', { machines: [machine] })
      return MachinesAdded.parse(body).machines[0]?.id ?? ''
    },
    async grant(machineId, port, durationS) {
      const asked = { machineId, ports: [port], duration: `PT${durationS}S`, reason: 'ticket 7' }
      const { status, body } = await caller.ask('POST', '/v1/grants', asked, { 'idempotency-key': crypto.randomUUID() })
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
      return Grant.parse(body)
    },
    grantOf: async (id) => Grant.parse((await caller.ask('GET', `/v1/grants/${id}`)).body),
  }
  return caller
}

/** Two gateways, a first administrator who joined at their one address, and a machine. */
export async function openPair(database: DatabaseAccess) {
  const pair = await openPlace(database)
  const one = await pair.start(0)
  await one.untilServing()
  await pair.untilReached()
  const code = /GATE-[A-Z2-7-]+/.exec(one.written.told)?.[0] ?? ''
  const invitation = decodeInvitation(code)
  if (invitation === undefined) throw new Error(one.written.told)
  const ada = await joinAs(code)
  const other = await pair.start(1, one)
  await other.untilServing()
  const known = { gateway: invitation.fingerprint, pins: [Buffer.from(invitation.pin).toString('base64url')] }
  const key = ada.ports.secrets.kept.get(`deviceKey/${ada.gatewayId}`) ?? ''
  const at = (port: number, whose = key): Caller => callerAt(`127.0.0.1:${port}`, whose, known)
  const machine = await startMachine()
  onTestFinished(() => machine.close())
  return {
    pair,
    one,
    other,
    ada,
    at,
    atOne: at(one.port),
    atOther: at(other.port),
    anywhere: callerAt(pair.address, key, known),
    machine,
    known,
  }
}
