/**
 * `npm run prove -- grants`: 10,000 interleavings of requests, retries, extensions, releases, policy changes, removals, clock steps, faulty gates,
 * crashes and restarts, each compared step by step with a model; and many requests at once with one key.
 */
import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { Grant } from '../../gateway/api.ts'
import { openBench } from '../gateway/gatewayFixture.ts'
import { follow, steps } from './grantModel.ts'

interface Claim {
  claim: string
  trials: number
  held: number
}

const interleavings = 10_000
const crowds = 20
const crowdSize = 100

export async function run(): Promise<Claim[]> {
  return [await proveInterleavings(interleavings), await proveOneEffect(crowds)]
}

/** Stops at the first divergence, and says what it takes. */
export async function proveInterleavings(trials: number): Promise<Claim> {
  const claim = 'whatever is asked in whichever order, with faulty gates, clock steps, crashes and restarts: gateway, gate and model agree'
  let held = 0
  const outcome = await fc.check(
    fc.asyncProperty(steps, async (asked) => {
      await follow(asked)
      held += 1
    }),
    { numRuns: trials },
  )
  if (!outcome.failed) return { claim, trials, held }
  console.error(fc.defaultReportMessage(outcome))
  return { claim, trials: outcome.numRuns, held: outcome.numRuns - 1 }
}

/** 100 requests at once with one key, and once more each: one grant, one way in, one story in the log. */
export async function proveOneEffect(trials: number): Promise<Claim> {
  const bench = await openBench()
  let held = 0
  try {
    const machineId = await bench.addMachine(22)
    for (let trial = 0; trial < trials; trial += 1) {
      const key = randomUUID()
      const ask = () => bench.request(machineId, 22, { key })
      const first = await Promise.all(Array.from({ length: crowdSize }, ask))
      const again = await Promise.all(Array.from({ length: 2 }, ask))
      const answered = [...first, ...again].filter(({ status }) => status < 300).map(({ body }) => Grant.parse(body))
      const [grant] = answered
      const told = grant === undefined ? [] : await bench.actions(`&grantId=${grant.id}`)
      const isOne =
        first.filter(({ status }) => status === 201).length === 1 &&
        first.every(({ status }) => status === 201 || status === 409 || status === 200) &&
        answered.every(({ id, endpoints }) => id === grant?.id && endpoints[0]?.connectPort === grant.endpoints[0]?.connectPort) &&
        told.length === 4
      if (isOne) held += 1
    }
  } finally {
    await bench.close()
  }
  return { claim: `${crowdSize} requests at once with one key have one effect`, trials, held }
}
