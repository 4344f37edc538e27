/** The console's entry in the system's Chromium. Effects at the top level are for entries only. */
import { enableCompileCache } from 'node:module'
import path from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import type { AppInfo } from '../preload/contract.ts'
import type { App } from './app.ts'
import type { Desktop } from './ports.ts'
import { appInfo } from './platform/appInfo.ts'
import { findChromium } from './platform/chromium/browser.ts'
import { comingApp } from './platform/comingApp.ts'
import { createDesktop } from './platform/chromium/desktop.ts'
import { createChromiumHost } from './platform/chromium/host.ts'
import { claimInstance } from './platform/chromium/instance.ts'
import { lendDevtools, type LentMessage } from './platform/chromium/lend.ts'
import { linkArgument } from './platform/linkArgument.ts'

/** No tray: the console ends with its window. */
const limits = ['host.chromium']

async function main(): Promise<void> {
  const chromium = findChromium()
  if (chromium === undefined)
    throw new Error('Neither Chromium, Google Chrome nor Microsoft Edge was found (Debian: apt-get install chromium)')
  const info = appInfo('chromium', packageJson.version, limits)
  const link = linkArgument(process.argv.slice(2))
  const early: string[] = link === undefined ? [] : [link]
  let openLink = (later: string): void => void early.push(later)

  const host = createChromiumHost({
    chromium,
    folders: { renderer: path.join(import.meta.dirname, '../renderer'), preload: path.join(import.meta.dirname, '../preload') },
    dataFolder: info.dataFolder,
    headless: process.env['GATEHOUSE_HEADLESS'] === '1',
    onBrowser: (browser, shown) => void lend(browser.devtools, shown, host.close),
  })
  const instance = await claimInstance(info.dataFolder, link ?? '', (handed) => {
    host.show()
    if (handed !== '') openLink(handed)
  })
  if (!instance.first) return

  // Chromium takes longer to start than the app, so it begins first, and the app's code is not even loaded then.
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const made = begun.then(() => makeApp(info, createDesktop(host.runInWindow)))
  const app = comingApp(made)
  app.opened.catch(host.close)
  openLink = (later) => app.openLink(later)
  for (const first of early) app.openLink(first)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, host.close)
  try {
    const ended = host.run(app)
    begin()
    await ended
    await app.opened
  } finally {
    await app.close()
    instance.release()
  }
}

/**
 * Most of the console's code is behind this; compiled once, it is kept beside the person's data. SECURITY: only in this host, where the program's own
 * files are the person's as well: whoever may write there may change what runs.
 */
async function makeApp(info: AppInfo, desktop: Desktop): Promise<App> {
  enableCompileCache(path.join(info.dataFolder, 'compiled'))
  const { createServedApp, systemPorts } = await import('./platform/systemApp.ts')
  return createServedApp(systemPorts(info, desktop), { windowFirst: true })
}

/** To that parent, while it is there. */
function tell(message: object): void {
  if (process.connected) process.send?.(message)
}

/** Only for a parent that forked this process and asked: the end-to-end tests. */
async function lend(devtools: Parameters<typeof lendDevtools>[0], shown: Promise<void>, close: () => void): Promise<void> {
  if (process.env['GATEHOUSE_E2E'] !== '1' || !process.send) return
  const pass = await lendDevtools(devtools, (cdp) => tell({ cdp }))
  process.on('message', (message: { cdp?: LentMessage; quit?: true }) => {
    if (message.cdp) pass(message.cdp)
    if (message.quit) close()
  })
  process.on('disconnect', close)
  void devtools.closed.then(() => tell({ closed: true }))
  // Whoever joins while a page gives way to another one may take the one for the other, and wait for ever.
  await shown
  tell({ ready: true })
}

const failure = await main().then(
  () => undefined,
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
)
if (failure !== undefined) process.stderr.write(`${failure}\n`)
// Everything is closed; what is left open (the channel to a parent) must not keep the console alive.
process.exit(failure === undefined ? 0 : 1)
