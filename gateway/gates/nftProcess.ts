/**
 * A resident `nft -i`: commands go in by its stdin, one line a transaction, since starting nft for each would cost 30 ms instead of 1. The only
 * place of the gateway that starts a program: a stand-alone gateway has no console around it that could lend it one.
 */
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

/** `noAnswer`: whether it was done is unknown. `exists`, `missing`, `refused`: nothing was done. `noNft`: it cannot be started, or it ended. */
export class NftError extends Error {
  readonly code: 'noAnswer' | 'noNft' | 'exists' | 'missing' | 'refused'
  constructor(code: NftError['code'], message: string) {
    super(message)
    this.name = 'NftError'
    this.code = code
  }
}

export interface NftSession {
  /** Runs commands, each line a transaction, and gives what they printed. Calls are answered in turn. Throws NftError. */
  run(commands: string): Promise<string>
  /** Ends the process. A later call would start another. */
  stop(): void
}

export interface NftOptions {
  /** How to start nft, with what gives it its rights where this process has none: `['/usr/sbin/nft']`. */
  command: readonly string[]
  /** `-j` for JSON, `-t` for no elements. */
  flags: readonly string[]
  timeoutMs: number
}

/** What nft prints for `describe`, without asking the kernel: the end of an answer. */
const endOfOutput = /^.*datatype inet_service \(.*\n$/m

/** Starts nft when it is first needed, and again after it ended or did not answer in time. */
export function createNftSession({ command, flags, timeoutMs }: NftOptions): NftSession {
  let child: ChildProcessWithoutNullStreams | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let count = 0

  function start(): ChildProcessWithoutNullStreams {
    const [program = 'nft', ...rest] = command
    const started = spawn(program, [...rest, ...flags, '-i'], {
      // Without HOME nft would leave a history of commands behind. Its errors are read, so they must be in the language that is known here.
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, HOME: '/nonexistent', LC_ALL: 'C' },
      // Ctrl-C in the gateway's terminal is for the gateway, which still needs nft to close what is open.
      detached: true,
    })
    started.stdout.setEncoding('utf8')
    started.stderr.setEncoding('utf8')
    // What is written to a process that has ended: its end is told by 'close'.
    started.stdin.on('error', () => {})
    started.on('error', () => {})
    started.on('close', () => {
      if (child === started) child = undefined
    })
    return started
  }

  function ask(commands: string): Promise<string> {
    count += 1
    const nft = (child ??= start())
    // nft's two outputs are not in step, so each gets an end of its own: for errors it is a word that nft does not know.
    const endWord = `gatehouse-end-${count}`
    const endOfErrors = new RegExp(String.raw`Error: .*\n${endWord}\n *\^+\n$`)
    return new Promise((resolve, reject) => {
      let output = ''
      let errors = ''
      const finish = (error?: NftError): void => {
        clearTimeout(timer)
        nft.stdout.off('data', onOutput)
        nft.stderr.off('data', onErrors)
        nft.off('close', onClose)
        nft.off('error', onClose)
        if (error === undefined) resolve(output.replace(endOfOutput, ''))
        else reject(error)
      }
      const check = (): void => {
        if (!endOfOutput.test(output.slice(-300)) || !endOfErrors.test(errors)) return
        const told = errors.replace(endOfErrors, '').trim()
        finish(told === '' ? undefined : new NftError(codeOf(told), told.slice(0, 500)))
      }
      const onOutput = (text: string): void => {
        output += text
        check()
      }
      const onErrors = (text: string): void => {
        errors += text
        check()
      }
      const onClose = (): void => finish(new NftError('noNft', `nft could not be started or has ended: ${errors.slice(0, 500)}`))
      const timer = setTimeout(() => {
        if (child === nft) child = undefined
        nft.kill('SIGKILL')
        finish(new NftError('noAnswer', `nft did not answer within ${timeoutMs} ms`))
      }, timeoutMs)
      nft.stdout.on('data', onOutput)
      nft.stderr.on('data', onErrors)
      nft.once('close', onClose)
      nft.once('error', onClose)
      nft.stdin.write(`${commands}\ndescribe tcp dport\n${endWord}\n`)
    })
  }

  return {
    run(commands) {
      const answer = turn.then(() => ask(commands))
      turn = answer.catch(() => {})
      return answer
    },
    stop() {
      // Nothing is under way here, and one that hangs would not end by itself.
      child?.stdin.end()
      child?.kill('SIGKILL')
      child = undefined
    },
  }
}

function codeOf(told: string): NftError['code'] {
  if (told.includes('File exists')) return 'exists'
  return told.includes('No such file or directory') ? 'missing' : 'refused'
}
