/** A terminal without a screen: what was printed and said, and answers from a list. */
import type { Terminal } from '../../main/cli/terminal.ts'

export interface FakeTerminal extends Terminal {
  readonly printed: string[]
  readonly said: string[]
  /** What was asked, and whether it was a secret. */
  readonly asked: { question: string; isSecret: boolean }[]
  readonly ran: { file: string; args: readonly string[] }[]
  stop(): void
}

export function fakeTerminal(
  options: {
    answers?: string[]
    input?: string
    isForPerson?: boolean
    run?: (file: string, args: readonly string[]) => Promise<number>
  } = {},
): FakeTerminal {
  const printed: string[] = []
  const said: string[] = []
  const asked: FakeTerminal['asked'] = []
  const ran: FakeTerminal['ran'] = []
  const stopping = new AbortController()
  const { answers, input = '', isForPerson = false, run = () => Promise.resolve(0) } = options
  return {
    printed,
    said,
    asked,
    ran,
    print: (line) => void printed.push(line),
    async write(bytes) {
      printed.push(Buffer.from(bytes).toString())
    },
    say: (line) => void said.push(line),
    isForPerson,
    canAsk: answers !== undefined,
    async ask(question, isSecret = false) {
      asked.push({ question, isSecret })
      return answers?.shift()
    },
    readInput: () => Promise.resolve(input),
    run(file, args) {
      ran.push({ file, args })
      return { ended: run(file, args), end: () => undefined }
    },
    stopped: stopping.signal,
    stop: () => stopping.abort(),
  }
}
