/** Kills a gateway at a point, starts it again, and compares what it has with what it had answered. */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startMachine } from '../gateway/gatewayFixture.ts'
import { Note } from './killPlan.ts'
import type { Plan } from './killPlan.ts'
import { faultsAfterKill } from './killVerdict.ts'

export interface Kill {
  /** After this time since it serves; else where `killAt` says. */
  afterMs?: number
  killAt?: Plan['killAt']
}

export interface Killed {
  /** What did not hold, in words. */
  faults: string[]
  /** Ports whose deadline was watched. */
  watched: number
  /** undefined: the gateway was killed before it had done everything. */
  calls: number | undefined
  answers: number
}

/** In memory where that is possible: what is killed here is a process and not a computer, so the disk's own memory has no part in it. */
export const memoryFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** Runs `kills` in some lanes side by side, and hands each outcome on. */
export async function killAll(kills: readonly Kill[], lanes: number, onKilled: (killed: Killed, kill: Kill) => void): Promise<void> {
  const machine = await startMachine()
  const left = [...kills]
  const lane = async (): Promise<void> => {
    for (let kill = left.shift(); kill !== undefined; kill = left.shift()) onKilled(await killOnce(machine.port, kill), kill)
  }
  try {
    await Promise.all(Array.from({ length: lanes }, lane))
  } finally {
    await machine.close()
  }
}

/** How many calls of its store and gate a gateway makes that does everything once. */
export async function countCalls(): Promise<number> {
  let calls: number | undefined
  await killAll([{}], 1, (killed) => {
    if (killed.faults.length > 0) throw new Error(killed.faults.join('; '))
    calls = killed.calls
  })
  if (calls === undefined) throw new Error('the gateway ended before it had done everything')
  return calls
}

async function killOnce(port: number, { afterMs, killAt }: Kill): Promise<Killed> {
  const folder = mkdtempSync(join(memoryFolder, 'killed-'))
  // An address of its own: ports are random, and another trial's must not be taken for this one's.
  const relayAddress = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`
  const notes = join(folder, 'notes')
  const plan: Plan = { folder, notes, relayAddress, port, does: afterMs === undefined ? 'script' : 'load', ...(killAt && { killAt }) }
  try {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'kill.peer.ts'), JSON.stringify(plan)], {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(memoryFolder, 'killed-compiled') },
    })
    let words = ''
    child.stderr.on('data', (bytes: Buffer) => void (words += bytes.toString()))
    const ended = once(child, 'exit')
    if (afterMs !== undefined) {
      while (child.exitCode === null && !readNotes(notes).some((note) => note.did === 'began')) await sleep(5)
      await sleep(afterMs)
      child.kill('SIGKILL')
    }
    await ended
    if (child.exitCode !== 0 && child.exitCode !== null) throw new Error(`a gateway failed instead of being killed: ${words}`)
    const written = readNotes(notes)
    const everything = written.find((note) => note.did === 'everything')
    return { ...(await faultsAfterKill(plan, written)), calls: everything?.calls, answers: written.length }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A line that was not written to its end was not answered either. */
function readNotes(path: string): Note[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => Note.parse(JSON.parse(line)))
}
