/**
 * Throughput of the relay gate against HAProxy and against a direct connection, in one run: source, sink, relay and HAProxy are processes of
 * their own, the rounds are interleaved, and the medians compared, since only ratios travel from one computer to another.
 */
import { fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { median } from './quantiles.ts'

const Answer = z.object({ port: z.number().optional(), ms: z.number().optional(), error: z.string().optional() })
type Answer = z.infer<typeof Answer>

export interface Measure {
  measure: string
  value: number
  unit: string
  against: string
  ratio: number
}

const rounds = 9
const bytesPerRound = 256 * 1024 * 1024

/** Throws when HAProxy is not installed. */
export async function run(): Promise<Measure[]> {
  const children: ChildProcess[] = []
  const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'))
  try {
    const source = await startPeer(children, 'source')
    const sink = await startPeer(children, 'sink')
    const relay = await startPeer(children, 'relay', source.port)
    const haproxy = await startHaproxy(children, folder, source.port)
    const ports = { direct: source.port, relay: relay.port, haproxy }
    const rates: Record<keyof typeof ports, number[]> = { direct: [], relay: [], haproxy: [] }
    for (let round = 0; round <= rounds; round += 1) {
      for (const way of ['direct', 'relay', 'haproxy'] as const) {
        const ms = await receive(sink.child, ports[way])
        // The first round warms up code and buffers.
        if (round > 0) rates[way].push(bytesPerRound / 1e6 / (ms / 1000))
      }
    }
    const [direct, through, peer] = [median(rates.direct), median(rates.relay), median(rates.haproxy)]
    return [
      { measure: 'relay', value: through, unit: 'MB/s', against: 'haproxy', ratio: through / peer },
      { measure: 'relay-direct', value: through, unit: 'MB/s', against: 'direct connection', ratio: through / direct },
    ]
  } finally {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startPeer(children: ChildProcess[], role: string, port = 0): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(join(import.meta.dirname, 'relay.peer.ts'), [role, String(port)])
  children.push(child)
  const answer = await answerOf(child)
  return { child, port: answer.port ?? 0 }
}

async function receive(sink: ChildProcess, port: number): Promise<number> {
  const answer = answerOf(sink)
  sink.send({ port, bytes: bytesPerRound })
  const { ms, error } = await answer
  if (ms === undefined) throw new Error(`the sink got nothing through port ${port}: ${error ?? 'no reason'}`)
  return ms
}

async function answerOf(child: ChildProcess): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a peer ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(Answer.parse(message))
    })
  })
}

/** With its defaults, as an operator would have it: plain TCP, no checks, no logging. */
async function startHaproxy(children: ChildProcess[], folder: string, target: number): Promise<number> {
  const port = await freePort()
  const config = join(folder, 'haproxy.cfg')
  writeFileSync(
    config,
    `global
  maxconn 100
defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
listen bench
  bind 127.0.0.1:${port}
  server source 127.0.0.1:${target}
`,
  )
  const child = spawn('/usr/sbin/haproxy', ['-f', config, '-db'], { stdio: 'ignore' })
  children.push(child)
  await once(child, 'spawn')
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}`)
    if (await answersOn(port)) return port
    await sleep(50)
  }
  throw new Error('haproxy does not listen')
}

function answersOn(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => resolve(false))
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}
