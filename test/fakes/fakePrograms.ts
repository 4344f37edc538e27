/** Programs that can be found and "run" without running anything: each start is remembered, and ended by the test. */
import { CallError } from '../../main/callError.ts'
import type { Command, Programs, Running } from '../../main/ports.ts'

type End = Awaited<Running['ended']>

export interface FakePrograms extends Programs {
  readonly started: { command: Command; exit(end?: Partial<End>): void }[]
}

/** `installed`: name → absolute path; `lines`: path → the first line that it prints. */
export function fakePrograms(installed: Record<string, string> = {}, lines: Record<string, string> = {}): FakePrograms {
  const started: FakePrograms['started'] = []
  return {
    started,
    find: (name) => installed[name],
    firstLine: (file) => Promise.resolve(lines[file]),
    async start(command) {
      if (!Object.values(installed).includes(command.file)) throw new CallError({ tag: 'clientMissing', client: command.file })
      const { promise: ended, resolve } = Promise.withResolvers<End>()
      const exit = (end: Partial<End> = {}) => resolve({ exitCode: 0, signal: null, lines: [], ...end })
      started.push({ command, exit })
      return { pid: 10_000 + started.length, ended, end: () => exit({ exitCode: null, signal: 'SIGTERM' }) }
    },
  }
}
