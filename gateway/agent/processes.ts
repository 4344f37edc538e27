/** Processes as /proc tells of them: who is whose parent, and what belongs to a user who has to go. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

export interface Process {
  pid: number
  parent: number
  /** Ticks since boot: with the pid, this is one process for ever. */
  startedAt: string
}

/** undefined when it is gone; a zombie is gone. See proc(5). */
export function processAt(pid: number): Process | undefined {
  try {
    // The command's name stands in brackets and may itself hold spaces and brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    const [state, parent] = fields
    // Field 22 of all; the two before the name's end are cut off.
    return state === 'Z' || state === 'X' ? undefined : { pid, parent: Number(parent), startedAt: fields[19] ?? '' }
  } catch {
    return undefined
  }
}

export function isAlive({ pid, startedAt }: { pid: number; startedAt: string }): boolean {
  return processAt(pid)?.startedAt === startedAt
}

/** Ends it: asked first, so that sshd and login say goodbye, and made to after a second. */
export async function endProcess(one: { pid: number; startedAt: string }): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isAlive(one)) return
    send(one.pid, signal)
    for (let waited = 0; waited < 1000 && isAlive(one); waited += 50) await delay(50)
  }
}

const rounds = 40

/**
 * Ends everything of a user: what runs as the user, and what was started from the user's sessions as somebody else (sudo), by the kernel's login uid.
 * Again until nothing is left, since what forks may get ahead. False: something would not go within two seconds.
 */
export async function endAllOf(uid: number): Promise<boolean> {
  for (let round = 0; round < rounds; round += 1) {
    const found = belongings(uid)
    if (found.length === 0) return true
    for (const pid of found) send(pid, 'SIGKILL')
    await delay(50)
  }
  return false
}

function belongings(uid: number): number[] {
  const spared = new Set(ancestry(process.pid))
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => !spared.has(pid) && processAt(pid) !== undefined && belongsTo(pid, uid))
}

function belongsTo(pid: number, uid: number): boolean {
  try {
    const [, real, effective, saved] = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    if ([real, effective, saved].some((one) => Number(one) === uid)) return true
    return Number(readFileSync(`/proc/${pid}/loginuid`, 'utf8')) === uid
  } catch {
    // Gone meanwhile, or a kernel without login uids.
    return false
  }
}

/** Itself and everything above it: never ended, whoever started the agent. */
function ancestry(pid: number): number[] {
  const found = [1]
  for (let at = processAt(pid); at && at.pid > 1; at = processAt(at.parent)) found.push(at.pid)
  return found
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone already.
  }
}
