/**
 * A gateway in a process of its own that is killed: it does what a plan says, writes down what it was answered before it goes on, and ends itself
 * with SIGKILL before or after the call of its store or its gate that the plan names. Whoever started it may be faster.
 */
import { randomUUID } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { z } from 'zod'
import { AuditEvent, Grant, MachinesAdded } from '../../gateway/api.ts'
import type { Gate } from '../../gateway/gates/gate.ts'
import { createGateway } from '../../gateway/server.ts'
import { openFile } from '../../gateway/store/database.ts'
import { alice, tcpRule } from '../gateway/gatewayFixture.ts'
import { failWhile } from '../gateway/faultyFile.ts'
import { Plan } from './killPlan.ts'
import type { Note } from './killPlan.ts'

const plan = Plan.parse(JSON.parse(process.argv[2] ?? ''))
const notes = openSync(plan.notes, 'a')
let calls = 0
// Without the one that watches it, it has no reason to be.
process.stdin.on('end', () => process.exit(1)).resume()

/** Written by one system call: it outlives this process once that returns. */
function note(line: Note): void {
  writeSync(notes, `${JSON.stringify(line)}\n`)
}

function count(when: 'before' | 'after'): undefined {
  if (when === 'before') calls += 1
  if (calls === plan.killAt?.call && when === plan.killAt.when) process.kill(process.pid, 'SIGKILL')
}

async function counting<Answer>(gateCall: () => Promise<Answer>): Promise<Answer> {
  count('before')
  // The relay has closed by the time that it returns, so this is "after" for a close and "in the middle" for an open.
  const answer = gateCall()
  count('after')
  return await answer
}

function counted(gate: Gate): Gate {
  return {
    ...gate,
    async prepare(order) {
      const way = await counting(async () => await gate.prepare?.(order))
      if (way === undefined) return undefined
      const open = (): void => {
        count('before')
        way.open()
        count('after')
      }
      return { ...way, open }
    },
    open: (order) => counting(() => gate.open(order)),
    close: (id) => counting(() => gate.close(id)),
    list: () => counting(() => gate.list()),
  }
}

async function start() {
  return await createGateway({
    dataFolder: plan.folder,
    clock: { now: () => Date.now(), monotonicMs: () => performance.now() },
    relayAddress: plan.relayAddress,
    openFile: (folder) =>
      failWhile(
        openFile(folder),
        () => count('before'),
        () => count('after'),
      ),
    throughGate: counted,
  })
}

let gateway = await start()

async function ask(method: string, path: string, body: unknown, key: string = randomUUID()): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  const answer = await gateway.fetch(new Request(`https://gateway.internal${path}`, { method, headers, body: JSON.stringify(body) }), alice)
  return { status: answer.status, body: await answer.json() }
}

async function addMachine(name: string): Promise<string> {
  const machine = { name, address: '127.0.0.1', os: 'linux', site: '', tags: [], rules: [tcpRule(plan.port)] }
  return MachinesAdded.parse((await ask('POST', '/v1/machines', { machines: [machine] })).body).machines[0]?.id ?? ''
}

async function request(machineId: string, duration: string): Promise<Grant | undefined> {
  const key = randomUUID()
  const body = { machineId, ports: [plan.port], duration, reason: 'killed' }
  note({ did: 'asked', key, body })
  const answer = await ask('POST', '/v1/grants', body, key)
  if (answer.status !== 201) return undefined
  const grant = Grant.parse(answer.body)
  note({ did: 'granted', key, id: grant.id, endsAt: grant.endsAt ?? '', port: grant.endpoints[0]?.connectPort ?? 0 })
  return grant
}

async function extend(id: string): Promise<void> {
  note({ did: 'askedToExtend', id })
  const { status, body } = await ask('POST', `/v1/grants/${id}/extend`, { by: 'PT1S' })
  if (status === 200) note({ did: 'extended', id, endsAt: Grant.parse(body).endsAt ?? '' })
}

async function release(id: string): Promise<void> {
  const { status, body } = await ask('POST', `/v1/grants/${id}/release`, { why: 'released' })
  if (status === 200 && Grant.parse(body).state === 'closed') note({ did: 'released', id })
}

async function tell(): Promise<void> {
  const { status, body } = await ask('POST', '/v1/audit', { action: 'session.started', outcome: 'ok', detail: { mark: randomUUID() } })
  if (status === 201) note({ did: 'told', mark: z.string().parse(AuditEvent.parse(body).detail['mark']) })
}

async function tighten(machineId: string): Promise<void> {
  await ask('PUT', '/v1/policies', { machineIds: [machineId], rules: [tcpRule(plan.port, 'PT2M')] })
}

/** Everything that a gateway does, once and in turn, with a restart in the middle. */
async function script(): Promise<void> {
  const machineId = await addMachine('one')
  const [short, kept, gone, tight] = [
    await request(machineId, 'PT1S'),
    await request(machineId, 'PT1M'),
    await request(machineId, 'PT1M'),
    await request(machineId, 'PT3M'),
  ]
  // The short one may have ended before it was open, on a busy computer.
  if (kept === undefined || gone === undefined || tight === undefined) throw new Error('a grant was refused')
  await extend(kept.id)
  await release(gone.id)
  await tell()
  await tighten(machineId)
  await gateway.close()
  gateway = await start()
  await extend(kept.id)
  await Promise.all([request(machineId, 'PT1M'), request(machineId, 'PT1M'), tell(), release(kept.id)])
  await new Promise(
    (resolve) => void setTimeout(resolve, Math.max(0, Date.parse(short?.endsAt ?? new Date().toISOString()) - Date.now()) + 100),
  )
  await gateway.close()
}

/** Several people at once, until the end. */
async function load(): Promise<void> {
  const machineId = await addMachine(`m${randomUUID()}`)
  note({ did: 'began' })
  const worker = async (index: number): Promise<void> => {
    for (let round = index; ; round += 1) {
      const grant = await request(machineId, ['PT1S', 'PT1M', 'PT2S'][round % 3] ?? 'PT1S')
      if (grant === undefined) continue
      if (round % 2 === 0) await extend(grant.id)
      if (round % 3 === 1) await release(grant.id)
      if (round % 5 === 0) await tell()
    }
  }
  await Promise.all([0, 1, 2, 3].map(worker))
}

await (plan.does === 'script' ? script() : load())
note({ did: 'everything', calls })
process.exit(0)
