/** The store belongs to one process: if a console runs, it is asked; else this process is one for as long as the command takes. */
import { setTimeout as delay } from 'node:timers/promises'
import { Refused } from './context.ts'
import { createDoor, type Console, type Door } from './door.ts'
import { exitCodes } from './exitCodes.ts'

const patienceMs = 5000
const againMs = 100

/**
 * `join`: the console that runs, undefined if none does. `start`: one of our own; rejects while another has the store. A console that is just
 * starting or closing has the store and does not answer yet, so both are tried for a while. Throws Refused.
 */
export async function openDoor(ways: {
  join: () => Promise<Console | undefined>
  start: () => Promise<Console>
  stopped: AbortSignal
}): Promise<Door> {
  const end = performance.now() + patienceMs
  for (;;) {
    try {
      const running = await ways.join()
      if (running) return createDoor(running, true)
      return createDoor(await ways.start(), false)
    } catch (error) {
      if (performance.now() > end || !isInUse(error)) throw refusal(error)
    }
    if (ways.stopped.aborted) throw new Refused('Stopped.', exitCodes.interrupted)
    await delay(againMs)
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'problem' in error && error.problem === 'inUse'
}

function refusal(error: unknown): Error {
  if (isInUse(error))
    return new Refused('A console is open, and does not answer the command line. Close it, or look at its log.', exitCodes.offline)
  return error instanceof Error ? error : new Error(String(error))
}
