/** The terminal that the command line runs in. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { Writable } from 'node:stream'
import type { Terminal } from '../cli/terminal.ts'
import { childEnvironment } from './environment.ts'

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** One for a process: it listens to the signals that end it. */
export function createTerminal({ stdin, stdout, stderr, env }: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>): Terminal {
  const stopping = new AbortController()
  const { signal: stopped } = stopping
  let program: ReturnType<typeof spawn> | undefined

  // The reader may have seen enough (`gatehouse audit | head`): then nobody misses the rest.
  for (const stream of [stdout, stderr]) stream.on('error', () => stopping.abort())
  for (const name of endings) {
    process.on(name, () => {
      // Ctrl-C is for the program that has the terminal; it decides what that means.
      if (program && name === 'SIGINT') return
      program?.kill(name)
      if (stopped.aborted) process.exit(128 + constants.signals[name])
      stopping.abort()
    })
  }

  async function ask(question: string, isSecret = false): Promise<string | undefined> {
    if (stopped.aborted) return undefined
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    if (isSecret) stderr.write(question)
    // In this mode the terminal itself shows nothing; readline shows what is typed, or, for a secret, nobody does.
    const lines = createInterface({ input: stdin, output: isSecret ? nowhere : stderr, terminal: true, historySize: 0 })
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    const giveUp = () => lines.close()
    stopped.addEventListener('abort', giveUp, { once: true })
    lines.on('SIGINT', () => stopping.abort()).on('close', () => resolve(undefined))
    lines.question(isSecret ? '' : question, resolve)
    const typed = await promise
    stopped.removeEventListener('abort', giveUp)
    lines.close()
    if (isSecret || typed === undefined) stderr.write('\n')
    return typed
  }

  return {
    print: (line) => void stdout.write(`${line}\n`),
    write: (bytes) => new Promise((done) => stdout.write(bytes, () => done())),
    say: (line) => void stderr.write(`${line}\n`),
    isForPerson: stdout.isTTY,
    canAsk: stdin.isTTY && stderr.isTTY,
    ask,
    readInput: () => text(stdin),
    run(file, args) {
      const child = spawn(file, [...args], {
        stdio: 'inherit',
        shell: false,
        env: { ...childEnvironment(env), ...(env['TERM'] !== undefined && { TERM: env['TERM'] }) },
      })
      program = child
      const ended = new Promise<number>((resolve) => {
        child.once('error', () => resolve(127))
        child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
      }).finally(() => (program = undefined))
      return { ended, end: () => void child.kill() }
    },
    stopped,
  }
}
