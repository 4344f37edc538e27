/** The console's entry for the command line: the same app without a window, with the same data. Effects at the top level are for entries only. */
import packageJson from '../package.json' with { type: 'json' }
import { createApp } from './app.ts'
import { run, toOrder, usage } from './commandLine.ts'
import { appInfo } from './platform/appInfo.ts'
import { systemPorts } from './platform/systemPorts.ts'
import type { Desktop } from './ports.ts'

/** A command line has no desktop: it copies, opens and asks for nothing. */
const noDesktop: Desktop = {
  copyText: () => Promise.resolve(),
  openWebPage: () => Promise.resolve(),
  notify: () => undefined,
  chooseSavePath: () => Promise.resolve(undefined),
}

/** 0: done; 1: refused, or the console's data cannot be used (another console runs); 2: not understood. */
async function main(): Promise<0 | 1 | 2> {
  const order = toOrder(process.argv.slice(2))
  if (order.name === 'wrong') {
    console.error(`${order.problem}\n${usage}`)
    return 2
  }
  const app = await createApp(systemPorts(appInfo('commandLine', packageJson.version, []), noDesktop))
  try {
    const failure = await run(app, order, (line) => console.log(line))
    if (failure) console.error(`refused: ${JSON.stringify(failure)}`)
    return failure ? 1 : 0
  } finally {
    await app.close()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
