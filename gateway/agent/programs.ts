/** The one place of the agent that starts programs: the stock tools for users, sudo, PAM and sshd. Never through a shell. */
import { spawn } from 'node:child_process'

export interface Outcome {
  code: number
  out: string
  err: string
}

/** Answers how it ended, 127 when there is no such program. `timeoutMs` later it is killed. */
export type Run = (command: string, args: readonly string[], options?: { input?: string; timeoutMs?: number }) => Promise<Outcome>

const longestOutput = 1_000_000

export const run: Run = (command, args, { input = '', timeoutMs = 15_000 } = {}) =>
  new Promise((resolve) => {
    // Whoever started us says nothing about where the tools are or in which language they speak.
    const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' }
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env, cwd: '/' })
    // Not spawn's own: it would keep the agent waiting for a program that there is not.
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    const end = (outcome: Outcome) => {
      clearTimeout(timer)
      resolve(outcome)
    }
    const texts = { out: '', err: '' }
    for (const [name, stream] of [
      ['out', child.stdout],
      ['err', child.stderr],
    ] as const) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        if (texts[name].length < longestOutput) texts[name] += text
      })
    }
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.once('error', (error) => end({ code: 127, ...texts, err: error.message }))
    child.once('close', (code) => end({ code: code ?? 128, ...texts }))
  })

/** A tool refused: a fault of the machine, told in the log and counted (APR-8). */
export class ToolFailed extends Error {
  constructor(command: string, { code, err }: Outcome) {
    super(`${command} ended with ${code}: ${err.trim().slice(-300)}`)
    this.name = 'ToolFailed'
  }
}

/** Runs it, and throws ToolFailed unless it ended with 0 or one of `fine`. */
export async function must(start: Run, command: string, args: readonly string[], fine: readonly number[] = []): Promise<string> {
  const outcome = await start(command, args)
  if (outcome.code !== 0 && !fine.includes(outcome.code)) throw new ToolFailed(command, outcome)
  return outcome.out
}
