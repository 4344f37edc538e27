/**
 * `npm run prove -- kill`: a gateway is killed with SIGKILL at 2,000 points and more: at random under load, and before and after every call of its
 * store and its gate. Each time it is started again and compared with what it had answered.
 */
import { countCalls, killAll } from './kills.ts'
import type { Kill } from './kills.ts'

interface Claim {
  claim: string
  trials: number
  held: number
}

const lanes = 6
const fewestPoints = 2000

/** Kills at so many random instants, and at one in `every` calls of the store and the gate. */
export async function proveKills(randomPoints: number, every: number): Promise<Claim[]> {
  const atCalls: Kill[] = []
  const calls = await countCalls()
  for (let call = 1; call <= calls; call += every) {
    for (const when of ['before', 'after'] as const) atCalls.push({ killAt: { call, when } })
  }
  // Early points meet the first requests, late ones a full house.
  const random = Array.from({ length: randomPoints }, (): Kill => ({ afterMs: Math.random() ** 2 * 400 }))
  const [byCall, atRandom, deadlines] = [
    claim('killed before and after each call of the store and the gate, nothing acknowledged is lost or doubled, nothing is half done'),
    claim('killed at random under load, nothing acknowledged is lost or doubled, nothing is half done'),
    claim('no port is open more than 1 s past its deadline, through any kill'),
  ]
  await killAll([...atCalls, ...random], lanes, (killed, kill) => {
    const about = kill.afterMs === undefined ? byCall : atRandom
    // One that was done before its point came was not killed.
    if (kill.killAt !== undefined && killed.calls !== undefined) return
    about.trials += 1
    if (killed.faults.length === 0) about.held += 1
    else console.error(JSON.stringify(kill), killed.faults.join('\n  '))
    deadlines.trials += killed.watched
    deadlines.held += killed.watched - killed.faults.filter((fault) => fault.includes('past its deadline')).length
  })
  return [byCall, atRandom, deadlines]
}

export async function run(): Promise<Claim[]> {
  const calls = await countCalls()
  return await proveKills(Math.max(500, Math.ceil(fewestPoints * 1.02) - 2 * calls), 1)
}

function claim(text: string): Claim {
  return { claim: text, trials: 0, held: 0 }
}
