/**
 * The real gateway next to a model of it that fits on a page: whatever is asked, in whichever order, with gates that fail, hang and forget, clocks
 * that step and processes that die, both must agree on what is open, until when, and what is told.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { join } from 'node:path'
import { mock } from 'node:test'
import * as fc from 'fast-check'
import { Grant, GrantList, MachinesAdded, Problem } from '../../gateway/api.ts'
import { findBreak } from '../../gateway/auditLog.ts'
import type { Gate } from '../../gateway/gates/gate.ts'
import { createGateway } from '../../gateway/server.ts'
import type { Gateway } from '../../gateway/server.ts'
import { openFile, openStore } from '../../gateway/store/database.ts'
import type { SqliteFile } from '../../gateway/store/database.ts'
import { alice, tcpRule } from '../gateway/gatewayFixture.ts'
import { memoryFolder } from './kills.ts'

const port = 22
/** Longer than the gateway's pause. */
const restMs = 30
const durationsS = [5, 20, 60]
const machines = [0, 1]
const slots = [0, 1, 2, 3]

const machine = fc.constantFrom(...machines)
/** A key, and later the grant that it was answered with. */
const slot = fc.constantFrom(...slots)

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('request' as const), slot, machine, durationS: fc.constantFrom(...durationsS) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('again' as const), slot }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('extend' as const), slot, byS: fc.constantFrom(1, 10, 50) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('release' as const), slot }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('policy' as const), machine, mostS: fc.constantFrom(0, 10, 60) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('remove' as const), machine }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 12_000 }) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('stepClock' as const), byMs: fc.integer({ min: -90_000, max: 30_000 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('gate' as const), mode: fc.constantFrom('works', 'fails', 'hangs', 'keepsOpen') }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('letGo' as const) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('crash' as const), forgets: fc.boolean() }) },
)
type Step = typeof step extends fc.Arbitrary<infer Kind> ? Kind : never

interface Model {
  id: string
  machine: number
  body: string
  durationMs: number
  /** `closing`: it has ended, but its gate would not close. */
  phase: 'open' | 'closing' | 'over'
  openedAt: number
  endsAt: number
  /** When it is over by the wall's clock, and by the one that never steps: the earlier counts. */
  wall: number
  monotonic: number
}

export const steps = fc.array(step, { minLength: 4, maxLength: 18, size: 'max' })

/** Throws at the first divergence. */
export async function follow(asked: readonly Step[]): Promise<void> {
  const folder = mkdtempSync(join(memoryFolder, 'model-'))
  mock.timers.enable({ apis: ['setTimeout'] })
  const run = await createRun(folder)
  try {
    for (const one of asked) {
      await run.take(one)
      await run.compare(JSON.stringify(one))
    }
    await run.end()
  } finally {
    await run.stop()
    mock.timers.reset()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Life {
  gateway: Gateway
  file: SqliteFile
  owner: { isDead: boolean }
}

interface Slot {
  key: string
  body: string
  machine: number
  durationMs: number
  grant?: Model
  /** Under way: its gate hangs. */
  pending?: { answer: Promise<Answer>; askedMonotonic: number; endsAt: number; endsMonotonic: number; isDoomed: boolean }
}

interface Answer {
  status: number
  body: unknown
}

async function createRun(folder: string) {
  let wallMs = 1_800_000_000_000
  let monotonicMs = 1000
  let mode: 'works' | 'fails' | 'hangs' | 'keepsOpen' = 'works'
  /** A close may have failed lately, so something may still be closing whose id was never told. */
  let mayBeStuck = false
  const kernel = new Set<string>()
  let held: { letGo: () => void; drop: () => void }[] = []
  const machineIds: string[] = []
  const mostS: number[] = []
  const taken = new Map<number, Slot>()
  const past: Model[] = []

  /** It works for one life of the gateway; what it has opened outlives that. */
  const gateOf = (owner: { isDead: boolean }): Gate => ({
    prepare({ grantId, ports }) {
      if (owner.isDead || mode === 'fails') return Promise.reject(new Error('no'))
      // Where it would have to be waited for.
      if (mode === 'hangs') return Promise.resolve(undefined)
      const endpoints = ports.map((one) => ({ port: one, address: '127.0.0.1', connectPort: 40_000 }))
      return Promise.resolve({ endpoints, open: () => void (owner.isDead || kernel.add(grantId)) })
    },
    open({ grantId, ports }) {
      if (owner.isDead || mode === 'fails') return Promise.reject(new Error('no'))
      const endpoints = ports.map((one) => ({ port: one, address: '127.0.0.1', connectPort: 40_000 }))
      if (mode !== 'hangs') {
        kernel.add(grantId)
        return Promise.resolve(endpoints)
      }
      return new Promise((resolve, reject) => {
        const letGo = (): void => {
          kernel.add(grantId)
          resolve(endpoints)
        }
        held.push({ letGo, drop: () => reject(new Error('dead')) })
      })
    },
    close(grantId) {
      if (owner.isDead) return Promise.resolve()
      if (mode === 'keepsOpen') {
        mayBeStuck = true
        return Promise.reject(new Error('no'))
      }
      kernel.delete(grantId)
      return Promise.resolve()
    },
    list: () => Promise.resolve(owner.isDead ? [] : [...kernel]),
    traffic: () => undefined,
  })

  async function start(): Promise<Life> {
    const file = openFile(folder)
    const owner = { isDead: false }
    const gateway = await createGateway({
      dataFolder: folder,
      clock: { now: () => wallMs, monotonicMs: () => monotonicMs },
      openFile: () => file,
      throughGate: () => gateOf(owner),
    })
    return { gateway, file, owner }
  }

  let life: Life = await start()

  async function ask(method: string, path: string, body?: string, key: string = randomUUID()): Promise<Answer> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const asked = new Request(`https://gateway.internal${path}`, { method, headers, ...(body === undefined ? {} : { body }) })
    const answer = await life.gateway.fetch(asked, alice)
    return { status: answer.status, body: await answer.json() }
  }

  async function addMachine(index: number): Promise<void> {
    const input = { name: randomUUID(), address: '127.0.0.1', os: 'linux', site: '', tags: [], rules: [tcpRule(port, 'PT60S')] }
    const { body } = await ask('POST', '/v1/machines', JSON.stringify({ machines: [input] }))
    machineIds[index] = MachinesAdded.parse(body).machines[0]?.id ?? ''
    mostS[index] = 60
  }
  for (const index of machines) await addMachine(index)

  const all = (): Model[] => [...past, ...[...taken.values()].flatMap((one) => one.grant ?? [])]
  const most = (index: number): number => (mostS[index] ?? 0) * 1000

  function endModel(model: Model): void {
    if (model.phase === 'open') model.phase = mode === 'keepsOpen' ? 'closing' : 'over'
  }

  /** Those on a machine that may not be any more. */
  function endOn(index: number, isGone: (windowMs: number) => boolean): void {
    for (const model of all()) {
      if (model.machine === index && isGone(Math.max(model.durationMs, model.endsAt - model.openedAt))) endModel(model)
    }
    for (const { machine: at, durationMs, pending } of taken.values()) {
      if (at === index && pending !== undefined && isGone(durationMs)) pending.isDoomed = true
    }
  }

  function isOver(one: { wall: number; monotonic: number }): boolean {
    return one.wall <= wallMs || one.monotonic <= monotonicMs
  }

  function expire(): void {
    for (const model of all()) if (isOver(model)) endModel(model)
    for (const { pending } of taken.values()) {
      if (pending !== undefined && isOver({ wall: pending.endsAt, monotonic: pending.endsMonotonic })) pending.isDoomed = true
    }
  }

  async function request(slotIndex: number, index: number, durationS: number): Promise<void> {
    const body = JSON.stringify({ machineId: machineIds[index], ports: [port], duration: `PT${durationS}S`, reason: '' })
    const known = taken.get(slotIndex)
    if (known !== undefined && (known.pending !== undefined || known.grant?.phase === 'open')) {
      const answer = await ask('POST', '/v1/grants', body, known.key)
      const isSame = body === known.body
      if (known.pending !== undefined) expectCode(answer, isSame ? 'inProgress' : 'keyReused')
      else if (isSame) expectGrant(answer, 200, known.grant)
      else expectCode(answer, 'keyReused')
      return
    }
    if (known?.grant !== undefined) past.push(known.grant)
    const fresh: Slot = { key: randomUUID(), body, machine: index, durationMs: durationS * 1000 }
    taken.set(slotIndex, fresh)
    const asked = held.length
    const [endsAt, endsMonotonic] = [wallMs + fresh.durationMs, monotonicMs + fresh.durationMs]
    let isAnswered = false
    const answering = (async () => {
      const answer = await ask('POST', '/v1/grants', body, fresh.key)
      isAnswered = true
      return answer
    })()
    const isWaiting = (): boolean => !isAnswered && held.length === asked
    while (isWaiting()) await turn()
    if (held.length > asked) {
      fresh.pending = { answer: answering, askedMonotonic: monotonicMs, endsAt, endsMonotonic, isDoomed: false }
      return
    }
    const answer = await answering
    if (most(index) === 0) expectCode(answer, 'jitOff')
    else if (most(index) < fresh.durationMs) expectCode(answer, 'durationNotAllowed')
    else if (mode === 'fails') expectCode(answer, 'gateFailed')
    // A machine whose gate would not close takes nothing new for a while (F-60).
    else if (answer.status === 502 && mayBeStuck) expectCode(answer, 'gateFailed')
    else fresh.grant = opened(expectGrant(answer, 201), fresh, endsAt, endsMonotonic)
  }

  function opened(grant: Grant, from: Slot, endsAt: number, endsMonotonic: number): Model {
    const { machine: at, body, durationMs } = from
    // A clock set back while its gate was asked makes no window longer.
    const openedAt = Math.max(wallMs, endsAt - durationMs)
    return { id: grant.id, machine: at, body, durationMs, phase: 'open', openedAt, endsAt, wall: endsAt, monotonic: endsMonotonic }
  }

  /** A gate that hung answers, or its time is up. */
  async function answerPending(isDue: (pending: NonNullable<Slot['pending']>) => boolean, isOpen: boolean): Promise<void> {
    for (const one of taken.values()) {
      const { pending } = one
      if (pending === undefined || !isDue(pending)) continue
      delete one.pending
      const answer = await pending.answer
      if (!isOpen) expectCode(answer, 'gateFailed')
      else if (pending.isDoomed) expectCode(answer, 'grantEnded')
      else one.grant = opened(expectGrant(answer, 201), one, pending.endsAt, pending.endsMonotonic)
    }
  }

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0;) {
      const part = Math.min(left, 500)
      left -= part
      wallMs += part
      monotonicMs += part
      mock.timers.tick(part)
      await settle(4)
      expire()
      await answerPending((pending) => monotonicMs - pending.askedMonotonic >= 10_000, false)
    }
    await settle()
  }

  async function extend(model: Model, byS: number): Promise<void> {
    const answer = await ask('POST', `/v1/grants/${model.id}/extend`, JSON.stringify({ by: `PT${byS}S` }))
    if (model.phase !== 'open' || wallMs >= model.endsAt) return expectCode(answer, 'grantEnded')
    if (model.endsAt + byS * 1000 > model.openedAt + most(model.machine)) return expectCode(answer, 'durationNotAllowed')
    expectGrant(answer, 200, model)
    const leftMs = Math.min(model.wall - wallMs, model.monotonic - monotonicMs) + byS * 1000
    Object.assign(model, { endsAt: model.endsAt + byS * 1000, wall: wallMs + leftMs, monotonic: monotonicMs + leftMs })
  }

  async function crash(forgets: boolean): Promise<void> {
    life.file.close()
    life.owner.isDead = true
    for (const { drop } of held) drop()
    held = []
    const dying = life.gateway.close()
    for (const one of taken.values()) {
      await one.pending?.answer
      delete one.pending
    }
    await dying
    if (forgets) kernel.clear()
    if (mode === 'hangs') mode = 'works'
    const file = openFile(folder)
    const last = Number(file.prepare('select at from audit order by seq desc limit 1').pluck().get())
    file.close()
    life = await start()
    await settle()
    const nowMs = Math.max(wallMs, last)
    for (const model of all()) {
      const leftMs = Math.min(model.endsAt - nowMs, model.endsAt - model.openedAt)
      if (leftMs <= 0 || mode === 'fails') endModel(model)
      Object.assign(model, { wall: wallMs + leftMs, monotonic: monotonicMs + leftMs })
    }
  }

  async function take(one: Step): Promise<void> {
    const known = 'slot' in one ? taken.get(one.slot) : undefined
    switch (one.does) {
      case 'request':
        return await request(one.slot, one.machine, one.durationS)
      case 'again': {
        if (known?.grant === undefined) return
        const many = await Promise.all(Array.from({ length: 3 }, () => ask('POST', '/v1/grants', known.body, known.key)))
        // While one is worked on the others are told to wait; an ending whose gate failed is told as that.
        const told = many.filter(({ status }) => status !== 409 && !(status === 502 && known.grant?.phase === 'closing'))
        for (const answer of told) expectGrant(answer, 200, known.grant)
        return
      }
      case 'extend':
        return known?.grant && (await extend(known.grant, one.byS))
      case 'release':
        if (known?.grant === undefined) return
        expectGrant(await ask('POST', `/v1/grants/${known.grant.id}/release`, '{"why":"released"}'), 200, known.grant)
        endModel(known.grant)
        return
      case 'policy': {
        const rules = one.mostS === 0 ? [] : [tcpRule(port, `PT${one.mostS}S`)]
        const body = JSON.stringify({ machineIds: [machineIds[one.machine]], rules })
        expectStatus(await ask('PUT', '/v1/policies', body), 200)
        mostS[one.machine] = one.mostS
        return endOn(one.machine, (windowMs) => windowMs > most(one.machine))
      }
      case 'remove':
        expectStatus(await ask('POST', '/v1/machines/remove', JSON.stringify({ ids: [machineIds[one.machine]] })), 200)
        endOn(one.machine, () => true)
        return await addMachine(one.machine)
      case 'pass':
        return await pass(one.ms)
      case 'stepClock':
        wallMs += one.byMs
        return await pass(1001)
      case 'gate':
        mode = one.mode
        return
      case 'letGo': {
        mode = 'works'
        for (const { letGo } of held) letGo()
        held = []
        await answerPending(() => true, true)
        return await settle()
      }
      case 'crash':
        return await crash(one.forgets)
    }
  }

  /**
   * While another deadline is near, the gateway writes an ending only after a pause of ten real milliseconds (gateway/endings.ts), which the model's
   * time does not move: what differs is looked at once more after it.
   */
  async function compare(after: string): Promise<void> {
    await compareNow(after).catch(async () => {
      for (const sinceMs = performance.now(); performance.now() - sinceMs < restMs;) await turn()
      await compareNow(after)
    })
  }

  /** What is not over, by the gateway, by its gate and by the model. */
  async function compareNow(after: string): Promise<void> {
    const fail = (what: string): never => {
      throw new Error(`after ${after}: ${what}`)
    }
    const { grants } = GrantList.parse((await ask('GET', '/v1/grants')).body)
    const active = new Map(grants.filter(({ closedAt }) => closedAt === undefined).map((grant) => [grant.id, grant]))
    const isPending = [...taken.values()].some(({ pending }) => pending !== undefined)
    for (const model of all()) {
      const seen = active.get(model.id)
      active.delete(model.id)
      if (model.phase === 'closing' && mode !== 'keepsOpen' && seen === undefined) model.phase = 'over'
      if ((seen?.state ?? 'over') !== model.phase) fail(`${model.id} is ${seen?.state ?? 'over'} and not ${model.phase}`)
      if (model.phase !== 'open' || seen === undefined) continue
      if (!kernel.has(model.id)) fail(`${model.id} is open without a gate`)
      if (Date.parse(seen.endsAt ?? '') !== model.endsAt) fail(`${model.id} ends at another time`)
      const leftMs = Math.max(0, Math.min(model.wall - wallMs, model.monotonic - monotonicMs))
      if (seen.remainingMs !== leftMs) fail(`${model.id} has ${seen.remainingMs} ms left and not ${leftMs}`)
    }
    for (const { id, state } of active.values()) {
      const isExpected = isPending || (state === 'closing' && mayBeStuck)
      if (!isExpected || state === 'open') fail(`${id} is ${state}, and nobody asked for it`)
    }
    if (active.size === 0 && mode !== 'keepsOpen' && all().every(({ phase }) => phase !== 'closing')) mayBeStuck = false
    const known = new Set([...active.keys(), ...all().flatMap(({ id, phase }) => (phase === 'over' ? [] : [id]))])
    for (const id of kernel) if (!known.has(id)) fail(`the gate is open for ${id}, which is over`)
  }

  return {
    take,
    compare,
    /** Whatever happened: in the end nothing is open, and the log is whole. */
    async end(): Promise<void> {
      await take({ does: 'letGo' })
      await pass(130_000)
      await compare('the end')
      if (kernel.size > 0) throw new Error('a gate is open in the end')
      const keys = life.file.prepare('select count(*) - count(distinct requestKey) from grants').pluck().get()
      if (keys !== 0) throw new Error('a key has more than one grant')
    },
    async stop(): Promise<void> {
      await life.gateway.close()
      const store = openStore(openFile(folder))
      const broken = await findBreak(store)
      await store.destroy()
      if (broken !== undefined) throw new Error(`the log breaks at ${broken}`)
    },
  }
}

/** Lets what is under way come to where it waits for time or for a gate. */
async function settle(turns = 12): Promise<void> {
  for (let at = 0; at < turns; at += 1) await turn()
}

function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`)
}

function expectCode(answer: Answer, code: Problem['code']): void {
  const problem = Problem.safeParse(answer.body)
  if (problem.data?.code !== code) throw new Error(`${JSON.stringify(answer.body)} instead of ${code}`)
}

function expectGrant(answer: Answer, status: number, model?: Model): Grant {
  expectStatus(answer, status)
  const grant = Grant.parse(answer.body)
  if (model !== undefined && grant.id !== model.id) throw new Error(`${grant.id} instead of ${model.id}`)
  return grant
}
