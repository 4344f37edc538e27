/** What the command line asks of the terminal that it runs in. The adapter is in platform/; tests have one of their own. */
import type { Running } from '../ports.ts'

export interface Terminal {
  /** A line of the answer, to the standard output. */
  print(line: string): void
  /** Bytes of the answer as they are, to the standard output; resolves when more may come. */
  write(bytes: Uint8Array): Promise<void>
  /** A line for the person, to the standard error. */
  say(line: string): void
  /** Whether the answer is read by a person: aligned columns and headings, else tabs. */
  readonly isForPerson: boolean
  /** Whether anybody can be asked: standard input and standard error are a terminal. */
  readonly canAsk: boolean
  /** What the person types in one line, without showing it if `isSecret`. undefined: the input ended. Ends with `stopped`. */
  ask(question: string, isSecret?: boolean): Promise<string | undefined>
  /** All of the standard input, as text. */
  readInput(): Promise<string>
  /** Runs a program in this terminal, with nothing of ours in between. Answers its exit code, 128 + the signal's number if one ended it. */
  run(file: string, args: readonly string[]): Pick<Running, 'end'> & { ended: Promise<number> }
  /** Aborted by Ctrl-C, and when the terminal goes away. */
  readonly stopped: AbortSignal
}
