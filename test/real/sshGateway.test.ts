/** SSH through the whole app: the embedded gateway, its relay, a real server behind it. What the gate does is seen by the session. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Attempt, PipeFrame, Session } from '../../preload/contract.ts'
import { openTestApp, type TestApp } from '../main/testApp.ts'
import { startSshd, type Sshd } from './parts/sshd.ts'

let sshd: Sshd
beforeAll(async () => {
  sshd = await startSshd()
}, 60_000)
afterAll(() => sshd.stop())

async function until<Value>(look: () => Promise<Value | undefined>, what: string, withinMs = 10_000): Promise<Value> {
  const end = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
    await delay(5)
  }
}

/** A console with the machine in it, its host key pinned by a first connect, and a window that reads everything. */
async function openConsole(machine: { sshPort: number }) {
  const console = await openTestApp()
  const settings = await console.call('settings.get', {})
  await console.call('settings.change', { ssh: { ...settings.ssh, useAgent: false, keyFiles: [sshd.privateKeyFile] } })
  const machineId = await console.addMachine({ ...machine, user: sshd.user })
  const frames: PipeFrame[] = []
  onTestFinished(console.app.connectWindow((frame) => void frames.push(frame)))
  return { ...console, machineId, frames, output: () => textOf(frames) }
}

const textOf = (frames: PipeFrame[]) => Buffer.concat(frames.flatMap((frame) => (frame.kind === 'data' ? [frame.bytes] : []))).toString()

async function click(console: TestApp, machineId: string): Promise<Attempt> {
  const attemptId = randomUUID()
  await console.call('sessions.connect', { attemptId, machineId, way: 'ssh', where: 'tab' })
  return until(async () => {
    const attempt = await console.call('sessions.attempt', { attemptId })
    if (attempt.prompt?.kind === 'hostKey') {
      await console.call('sessions.answer', { attemptId, promptId: attempt.prompt.promptId, answer: { kind: 'accept' } })
    }
    return attempt.outcome && attempt
  }, 'an outcome')
}

async function inside(console: TestApp, machineId: string): Promise<string> {
  const { outcome } = await click(console, machineId)
  if (outcome?.kind !== 'inside') throw new Error(`not inside: ${JSON.stringify(outcome)}`)
  console.app.receiveFrame({ kind: 'taken', pipe: outcome.sessionId, count: 0 })
  return outcome.sessionId
}

const ended = (console: TestApp, sessionId: string) =>
  until(async (): Promise<Session | undefined> => {
    const { sessions } = await console.call('sessions.list', {})
    return sessions.find((session) => session.sessionId === sessionId && session.end !== undefined)
  }, 'the end of the session')

async function openGrant(console: TestApp) {
  const { grants } = await console.call('grants.list', {})
  const grant = grants.find((each) => each.state === 'open')
  if (!grant) throw new Error('no grant is open')
  return grant
}

test('one click opens the port, signs in and shows the prompt; the next click asks for nothing', async () => {
  const console = await openConsole({ sshPort: sshd.port })
  await inside(console, console.machineId)
  await until(async () => console.output().includes('gatehouse$ ') || undefined, 'the prompt')
  const again = await click(console, console.machineId)
  expect(again.steps.filter((step) => step.state === 'done').map((step) => step.name)).toEqual(['launch'])
  expect((await console.call('grants.list', {})).grants).toHaveLength(1)
  const actions = (await console.logged()).map((row) => row.action)
  expect(actions).toContain('hostKey.pinned')
  expect(actions.filter((action) => action === 'session.started')).toHaveLength(2)
}, 30_000)

test('an early release ends the session at once, as the end of its grant', async () => {
  const console = await openConsole({ sshPort: sshd.port })
  const sessionId = await inside(console, console.machineId)
  const { grantId } = await openGrant(console)
  const releasedAt = performance.now()
  await console.call('grants.release', { grantId })
  expect(await ended(console, sessionId)).toMatchObject({ end: 'grantEnded' })
  expect(performance.now() - releasedAt).toBeLessThan(500)
  await until(
    async () => console.frames.some((frame) => frame.kind === 'end' && frame.pipe === sessionId) || undefined,
    'the end of the pipe',
  )
}, 30_000)

test('the end of the window cuts the live session, as the end of its grant', async () => {
  const console = await openConsole({ sshPort: sshd.port })
  await console.call('settings.choose', { machineId: console.machineId, choices: { durationMs: 2000 } })
  const sessionId = await inside(console, console.machineId)
  const { remainingMs = Number.NaN } = await openGrant(console)
  expect(remainingMs).toBeLessThanOrEqual(2000)
  const lookedAt = performance.now()
  expect(await ended(console, sessionId)).toMatchObject({ end: 'grantEnded' })
  const lateMs = performance.now() - lookedAt - remainingMs
  expect(lateMs).toBeGreaterThan(-300)
  expect(lateMs).toBeLessThan(500)
  const rows = await console.logged({ topics: ['session'] })
  expect(rows.find((row) => row.action === 'session.ended')?.detail).toMatchObject({ end: 'grantEnded' })
}, 30_000)

test('the last session gives the grant back', async () => {
  const console = await openConsole({ sshPort: sshd.port })
  const sessionId = await inside(console, console.machineId)
  await console.call('sessions.close', { sessionId })
  const closed = await until(
    async () => (await console.call('grants.list', {})).grants.find((grant) => grant.state === 'closed'),
    'the release',
  )
  expect(closed.closeReason).toBe('lastSessionEnded')
}, 30_000)

test('a machine that does not answer behind the gate is named with its own address and the reason', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const freePort = typeof address === 'object' && address ? address.port : 0
  await new Promise((resolve) => server.close(resolve))
  const console = await openConsole({ sshPort: freePort })
  const { outcome } = await click(console, console.machineId)
  expect(outcome).toMatchObject({
    kind: 'failed',
    step: 'reach',
    failure: { tag: 'unreachable', address: '127.0.0.1', port: freePort, cause: 'refused' },
  })
  // The port stays open for the next try (F-19).
  await openGrant(console)
}, 30_000)

test('REQ-4: where JIT is off, the click says so at its first step', async () => {
  const console = await openConsole({ sshPort: sshd.port })
  await console.call('policies.turnOff', { machineIds: [console.machineId] })
  const { outcome } = await click(console, console.machineId)
  expect(outcome).toEqual({ kind: 'failed', step: 'request', failure: { tag: 'jitOff', machineId: console.machineId } })
})
