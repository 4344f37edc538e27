/** The command line on a whole app with the real embedded gateway, as one process would have it. */
import { runCommandLine } from '../../../main/cli/commandLine.ts'
import { createDoor } from '../../../main/cli/door.ts'
import { readInputBytes, readInputFile } from '../../../main/cli/inputFile.ts'
import { fakeTerminal, type FakeTerminal } from '../../fakes/fakeTerminal.ts'
import { openTestApp, type TestApp } from '../testApp.ts'

export interface CliWorld extends TestApp {
  /** Runs it to its end. */
  gatehouse: (...args: string[]) => Promise<{ code: number; out: string[]; err: string[] }>
  /** The same in a terminal of the test's own. */
  gatehouseIn: (terminal: FakeTerminal, ...args: string[]) => Promise<number>
  /** How often the console was asked for. */
  doorsOpened: () => number
}

export async function openCliWorld(): Promise<CliWorld> {
  const test = await openTestApp()
  let doors = 0
  const stays = { ...test.app, close: () => Promise.resolve() }
  const gatehouseIn = (terminal: FakeTerminal, ...args: string[]) =>
    runCommandLine(args, {
      terminal,
      version: '0.0.0-test',
      files: { read: readInputFile, readBytes: readInputBytes },
      openDoor() {
        doors++
        return Promise.resolve(createDoor(stays, true))
      },
      openRunning: () => Promise.resolve(createDoor(stays, true)),
    })
  return {
    ...test,
    gatehouseIn,
    async gatehouse(...args) {
      const terminal = fakeTerminal()
      const code = await gatehouseIn(terminal, ...args)
      return { code, out: terminal.printed, err: terminal.said }
    },
    doorsOpened: () => doors,
  }
}
