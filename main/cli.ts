/** The entry of the command line. Effects at the top level are for entries only. */
import packageJson from '../package.json' with { type: 'json' }
import { readInputBytes, readInputFile } from './cli/inputFile.ts'
import { runCommandLine } from './cli/commandLine.ts'
import { createDoor } from './cli/door.ts'
import { openDoor } from './cli/openDoor.ts'
import { appInfo } from './platform/appInfo.ts'
import { joinConsole } from './platform/commandClient.ts'
import { createServedApp } from './platform/servedApp.ts'
import { systemPorts } from './platform/systemPorts.ts'
import { createTerminal } from './platform/terminal.ts'
import type { Desktop } from './ports.ts'

/** A command line has no desktop: it copies, opens and asks for nothing. */
const noDesktop: Desktop = {
  copyText: () => Promise.resolve(),
  openWebPage: () => Promise.resolve(),
  notify: () => undefined,
  chooseSavePath: () => Promise.resolve(undefined),
}

const terminal = createTerminal(process)
const info = () => appInfo('commandLine', packageJson.version, [])

try {
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    terminal,
    version: packageJson.version,
    files: { read: readInputFile, readBytes: readInputBytes },
    openDoor: () =>
      openDoor({
        join: () => joinConsole(info().dataFolder),
        start: () => createServedApp(systemPorts(info(), noDesktop)),
        stopped: terminal.stopped,
      }),
    async openRunning() {
      const console = await joinConsole(info().dataFolder)
      return console && createDoor(console, true)
    },
  })
} catch (error) {
  terminal.say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
