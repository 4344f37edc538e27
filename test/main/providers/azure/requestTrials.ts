/**
 * Clicks of a technician while everything fails: requests and answers that are lost, faults before and after the effect, answers in halves, effects that come
 * after the console stopped waiting, policies that are told as they were some seconds ago, double clicks, and consoles that are started again in between.
 * Each click has a reason of its own, so what Azure did for it can be counted.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { CallError } from '../../../../main/callError.ts'
import type { AzureProvider } from '../../../../main/providers/azure/provider.ts'
import { createFakeAzure } from '../../../fakes/azure/azure.ts'
import type { Answer, Asked } from '../../../fakes/azure/exchange.ts'
import type { Fault } from '../../../fakes/azure/faults.ts'
import { fakeClock } from '../../../fakes/fakeClock.ts'
import { machinesOf } from './machinesOf.ts'
import { openDirect } from './direct.ts'

/** The longest that the console waits for an answer, and that Azure is at work on a request after that. */
const timeoutMs = 30_000
const latestMs = 50_000
/** How long a policy may be told as it was. */
const stalestMs = 3000

const postFault: fc.Arbitrary<Fault | { kind: 'late'; ms: number } | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('lost' as const), hasEffect: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('broken' as const),
      hasEffect: fc.boolean(),
      status: fc.constantFrom(500 as const, 502 as const, 503 as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('late' as const), ms: fc.integer({ min: 0, max: latestMs }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('throttle' as const), retryAfterS: fc.constantFrom(0, 1, 20) }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      { kind: 'cut' as const },
      { kind: 'claims' as const },
      { kind: 'unauthorized' as const },
      { kind: 'forbidden' as const },
      { kind: 'notFound' as const },
      { kind: 'conflict' as const },
      { kind: 'unknownEnum' as const },
      { kind: 'otherSubscription' as const },
    ),
  },
)
const readFault = fc.option(
  fc.constantFrom<Fault>(
    { kind: 'lost', hasEffect: false },
    { kind: 'broken', hasEffect: false },
    { kind: 'cut' },
    { kind: 'throttle', retryAfterS: 1 },
  ),
  { freq: 2, nil: undefined },
)

const step = fc.record({
  /** Which click: the same again is the same key, as the console sends it. */
  click: fc.integer({ min: 0, max: 2 }),
  isDouble: fc.boolean(),
  posts: fc.array(postFault, { maxLength: 3 }),
  reads: fc.array(readFault, { maxLength: 3 }),
  staleMs: fc.constantFrom(0, 0, stalestMs),
  thenMs: fc.constantFrom(0, 100, 2000, 15_000, 100_000),
  isRestarted: fc.boolean(),
})
const story = fc.record({ steps: fc.array(step, { minLength: 2, maxLength: 5 }), machines: fc.integer({ min: 1, max: 3 }) })
type Story = typeof story extends fc.Arbitrary<infer Value> ? Value : never

interface Verdict {
  doubles: string[]
  unanswered: string[]
  violations: string[]
  initiations: number
}

async function play({ steps, machines }: Story, folder: string, verdict: Verdict): Promise<void> {
  const clock = fakeClock()
  const fake = createFakeAzure({ now: () => clock.now() })
  const vms = Array.from({ length: machines }, (_, index) =>
    fake.world.addVm({ name: `vm-${index}`, privateIp: '', resourceGroup: index < 2 ? 'rg-a' : 'rg-b' }),
  )
  for (const group of ['rg-a', 'rg-b']) {
    const ids = vms.filter(({ resourceGroup }) => resourceGroup === group).map(({ id }) => id)
    if (ids.length > 0) fake.world.addPolicy(ids)
  }
  let posts: Story['steps'][number]['posts'] = []
  let reads: Story['steps'][number]['reads'] = []
  let staleMs = 0
  /** Requests whose effect is still to come. */
  let late: { at: number; asked: Asked }[] = []
  /** As policies were told before the last effect. */
  const told = new Map<string, { answer: Answer; until: number }>()

  function work(): void {
    const due = late.filter(({ at }) => at <= clock.now())
    late = late.filter(({ at }) => at > clock.now())
    for (const { asked } of due) fake.handle(asked)
  }

  function pass(ms: number): void {
    // In small steps: what is due in between happens in between.
    for (let left = ms; left > 0; left -= 5000) {
      clock.pass(Math.min(left, 5000))
      work()
    }
  }

  const sleep = (ms: number) => {
    pass(ms)
    return Promise.resolve()
  }

  function answer(asked: Asked): Answer {
    pass(20)
    if (asked.path.endsWith('/initiate')) {
      const policy = asked.path.replace(/\/initiate$/, '')
      if (staleMs > 0) {
        const before = fake.handle({ ...asked, method: 'GET', path: policy, body: '' })
        told.set(policy.toLowerCase(), { answer: before, until: clock.now() + staleMs })
      }
      const fault = posts.shift()
      if (fault?.kind === 'late') {
        late.push({ at: clock.now() + timeoutMs + fault.ms, asked })
        pass(timeoutMs)
        return { status: 0, headers: {}, body: '', isLost: true }
      }
      if (fault) fake.faults.next({ path: /\/initiate$/ }, fault)
      const got = fake.handle(asked)
      fake.faults.clear()
      return got
    }
    if (asked.method !== 'GET' || !asked.path.includes('jitNetworkAccessPolicies')) return fake.handle(asked)
    const stale = told.get(asked.path.toLowerCase())
    if (stale && stale.until > clock.now()) return stale.answer
    const fault = reads.shift()
    if (fault) fake.faults.next({}, fault)
    const got = fake.handle(asked)
    fake.faults.clear()
    return got
  }

  const open = () => openDirect({ fake, folder, clock, sleep, answer })
  let provider: AzureProvider = open()
  const ids = (await machinesOf(provider)).map(({ id }) => id)
  const click = (index: number) =>
    provider.requestTogether?.(
      ids.map((machineId, place) => ({
        idempotencyKey: `${index}-${place}`,
        machineId,
        ports: [22],
        durationMs: 3600_000,
        reason: `click ${index}`,
      })),
    ) ?? Promise.resolve([])

  async function restart(): Promise<void> {
    await provider.close()
    provider = open()
    posts = []
    reads = []
    await machinesOf(provider)
  }

  for (const one of steps) {
    ;({ staleMs } = one)
    posts = [...one.posts]
    reads = [...one.reads]
    await Promise.all(one.isDouble ? [click(one.click), click(one.click)] : [click(one.click)])
    pass(one.thenMs)
    if (one.isRestarted) await restart()
  }
  // Everything works again, and what was under way is over.
  posts = []
  reads = []
  staleMs = 0
  pass(timeoutMs + latestMs + 60_000)
  for (const index of new Set(steps.map((one) => one.click))) {
    const last = await click(index)
    for (const [place, got] of last.entries()) {
      const done = fake.initiations.filter(
        ({ justification, vmIds }) => justification === `click ${index}` && vmIds.includes((vms[place]?.id ?? '').toLowerCase()),
      ).length
      if (done > 1) verdict.doubles.push(`${done} for click ${index} of ${machines}: ${JSON.stringify(steps)}`)
      if (got instanceof CallError) verdict.unanswered.push(`${JSON.stringify(got.failure)}: ${JSON.stringify(steps)}`)
    }
  }
  verdict.initiations += fake.initiations.length
  verdict.violations.push(...fake.violations)
  await provider.close()
  fake.stop()
}

/** `seed` makes the same stories again. */
export async function tryRequests(trials: number, seed: number, parent: string): Promise<Verdict> {
  const verdict: Verdict = { doubles: [], unanswered: [], violations: [], initiations: 0 }
  for (const one of fc.sample(story, { numRuns: trials, seed })) {
    const folder = mkdtempSync(join(parent, 'azure-'))
    await play(one, folder, verdict)
    rmSync(folder, { recursive: true, force: true })
  }
  return verdict
}
