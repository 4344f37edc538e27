/**
 * Click to prompt: from `sessions.connect` to the prompt at the window's end of the pipe, with everything in between real: a new request,
 * the embedded gateway, its relay, key exchange, a pinned host key, a key file. Against the system's `ssh` with the same key on a port
 * that is open already. The two take turns, so that a busy moment hits both.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createApp, type App } from '../../main/app.ts'
import { systemPorts } from '../../main/platform/systemPorts.ts'
import { calls, type CallName, type Input, type Output, type PipeFrame } from '../../preload/contract.ts'
import { startSshd, type Sshd } from '../real/parts/sshd.ts'
import { median } from './quantiles.ts'

const rounds = 15
const prompt = 'gatehouse$ '

export async function run() {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-click-'))
  const sshd = await startSshd()
  const app = await createApp(systemPorts(infoFor(folder), noDesktop))
  try {
    const window = openWindow(app)
    const machineId = await setUp(window, sshd)
    const knownHosts = path.join(folder, 'known_hosts')
    writeFileSync(knownHosts, `${sshd.hostKeyLine}\n`)
    // The first connect pins the host key; both have then run once, so that nobody pays for a cold cache.
    await clickToPrompt(window, machineId)
    await systemSsh(sshd, knownHosts)
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await clickToPrompt(window, machineId))
      theirs.push(await systemSsh(sshd, knownHosts))
    }
    const [value, against] = [median(ours), median(theirs)]
    return [
      { measure: 'click-to-prompt', value, unit: 'ms', against: `ssh on an open port, ${Math.round(against)} ms`, ratio: value / against },
    ]
  } finally {
    await app.close()
    await sshd.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function infoFor(dataFolder: string) {
  return {
    version: '0',
    host: 'chromium' as const,
    platform: 'linux' as const,
    locale: 'en',
    user: 'bench',
    dataFolder,
    limits: [],
  }
}

const noDesktop = {
  copyText: async () => undefined,
  openWebPage: async () => undefined,
  notify: () => undefined,
  chooseSavePath: async () => undefined,
}

/** The window's side of door, bell and pipes. */
function openWindow(app: App) {
  const onFrame = new Set<(frame: PipeFrame) => void>()
  app.connectWindow((frame) => {
    for (const tell of onFrame) tell(frame)
  })
  return {
    app,
    onFrame,
    async call<Name extends CallName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
      const reply = await app.call(name, input)
      if (!reply.ok) throw new Error(`${name}: ${JSON.stringify(reply.failure)}`)
      if (!isOutput(name, reply.value)) throw new Error(`${name}: not what the contract says`)
      return reply.value
    },
  }
}

function isOutput<Name extends CallName>(name: Name, value: unknown): value is Output<Name> {
  return calls[name].output.safeParse(value).success
}

type Window = ReturnType<typeof openWindow>

async function setUp(window: Window, sshd: Sshd): Promise<string> {
  const settings = await window.call('settings.get', {})
  await window.call('settings.change', { ssh: { ...settings.ssh, useAgent: false, keyFiles: [sshd.privateKeyFile] } })
  const { machineId } = await window.call('machines.add', {
    name: 'target',
    address: '127.0.0.1',
    os: 'linux',
    site: '',
    tags: [],
    sshPort: sshd.port,
    user: sshd.user,
    turnOnJit: true,
  })
  return machineId
}

/** Milliseconds. The grant is released afterwards, so that the next click is a new request. */
async function clickToPrompt(window: Window, machineId: string): Promise<number> {
  const attemptId = randomUUID()
  const inside = Promise.withResolvers<string>()
  const seen = Promise.withResolvers<number>()
  let output = ''
  // As a window does: the bell says that something changed, so it asks.
  const stopListening = window.app.onChange((topic) => {
    if (topic === 'sessions') look().catch(inside.reject)
  })
  async function look(): Promise<void> {
    const { outcome, prompt: question } = await window.call('sessions.attempt', { attemptId })
    if (question?.kind === 'hostKey') {
      await window.call('sessions.answer', { attemptId, promptId: question.promptId, answer: { kind: 'accept' } })
    }
    if (outcome?.kind === 'inside') inside.resolve(outcome.sessionId)
    else if (outcome) inside.reject(new Error(JSON.stringify(outcome)))
  }
  const onFrame = (frame: PipeFrame) => {
    if (frame.kind !== 'data') return
    output += Buffer.from(frame.bytes).toString('latin1')
    if (output.includes(prompt)) seen.resolve(performance.now())
  }
  window.onFrame.add(onFrame)

  const clickedAt = performance.now()
  await window.call('sessions.connect', { attemptId, machineId, way: 'ssh', where: 'tab', cols: 80, rows: 24 })
  const sessionId = await inside.promise
  window.app.receiveFrame({ kind: 'taken', pipe: sessionId, count: 0 })
  const tookMs = (await seen.promise) - clickedAt

  stopListening()
  window.onFrame.delete(onFrame)
  await window.call('sessions.close', { sessionId })
  const { grants } = await window.call('grants.list', {})
  for (const grant of grants) if (grant.state === 'open') await window.call('grants.release', { grantId: grant.grantId })
  return tookMs
}

/** Milliseconds from starting the program to its prompt. `-tt` gives it a pty on the machine, as ours has. */
function systemSsh(sshd: Sshd, knownHosts: string): Promise<number> {
  const options = [
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    `UserKnownHostsFile=${knownHosts}`,
    'StrictHostKeyChecking=yes',
    'LogLevel=ERROR',
  ]
  const startedAt = performance.now()
  const child = spawn(
    '/usr/bin/ssh',
    [
      '-F',
      'none',
      '-tt',
      '-i',
      sshd.privateKeyFile,
      ...options.flatMap((option) => ['-o', option]),
      '-p',
      String(sshd.port),
      '--',
      `${sshd.user}@127.0.0.1`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { TERM: 'xterm-256color', HOME: '/nonexistent' } },
  )
  return new Promise((resolve, reject) => {
    let output = ''
    let tookMs: number | undefined
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString('latin1')
      if (tookMs !== undefined || !output.includes(prompt)) return
      tookMs = performance.now() - startedAt
      child.stdin.end('exit\r')
    })
    child.on('error', reject)
    child.on('close', () => (tookMs === undefined ? reject(new Error(`ssh gave no prompt: ${output}`)) : resolve(tookMs)))
  })
}
