/**
 * Starts the built console for each journey, in Electron where its binary is there and in the system's Chromium elsewhere, and lets
 * Playwright drive its real window. The journey cannot tell the two apart.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test as base, chromium, _electron as electron, type Page } from '@playwright/test'
import { findElectron } from '../../build/setup/electron.mjs'

export { expect } from '@playwright/test'

export interface Console {
  host: 'electron' | 'chromium'
  page: Page
  /** The console's main process. */
  child: ChildProcess
  /** GATEHOUSE_DATA of this console. */
  dataFolder: string
  /** Variables it was started with, for a second start of the same console. */
  environment: Record<string, string>
  /** The last lines it printed. */
  output(): string
  /** Ends it as a person would, and resolves when all of it is gone. */
  quit(): Promise<void>
}

export interface Launch {
  /** Further variables of the environment. */
  env?: Record<string, string>
  /** Arguments, such as a deep link. */
  args?: string[]
  /** A data folder to use again; by default a new one, removed at the end. */
  dataFolder?: string
}

/** The folder that holds `dist`: the repository, or the packed app (GATEHOUSE_APP). */
export const appFolder = process.env['GATEHOUSE_APP'] ?? path.join(import.meta.dirname, '../..')

/** An Electron binary that is there already; never one that would have to be downloaded. */
const electronBinary = (): string | undefined => (process.env['GATEHOUSE_SHELL'] === 'chromium' ? undefined : findElectron())

/** Starts a console. `test` below does it once for each journey; a journey that needs another calls this. */
export async function startConsole(launch: Launch = {}): Promise<Console> {
  const dataFolder = launch.dataFolder ?? (await mkdtemp(path.join(tmpdir(), 'gatehouse-')))
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const environment = {
    ...Object.fromEntries(inherited),
    GATEHOUSE_DATA: dataFolder,
    GATEHOUSE_E2E: '1',
    // A display is used where there is one, so that a journey may be watched.
    ...(process.env['DISPLAY'] === undefined ? { GATEHOUSE_HEADLESS: '1' } : {}),
    ...launch.env,
  }
  const binary = electronBinary()
  const start = binary === undefined ? startInChromium : startInElectron(binary)
  const started = await start(environment, launch.args ?? [])
  try {
    // The page may still be the blank one that the window starts with. Its load may be over before anybody listens, so that is not waited for.
    await started.page.waitForURL('https://console.internal/', { waitUntil: 'commit' })
    await started.page.locator('#root > *').first().waitFor({ state: 'attached' })
  } catch (cause) {
    await started.quit()
    throw new Error(`the console shows no page\n${started.output()}`, { cause })
  }
  return {
    ...started,
    dataFolder,
    environment,
    quit: async () => {
      await started.quit()
      if (launch.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

type Started = Omit<Console, 'dataFolder' | 'environment'>

const startInElectron =
  (executablePath: string) =>
  async (env: Record<string, string>, args: string[]): Promise<Started> => {
    const app = await electron.launch({ executablePath, args: [appFolder, ...args], env, chromiumSandbox: process.getuid?.() !== 0 })
    const child = app.process()
    return { host: 'electron', page: await app.firstWindow(), child, output: collect(child), quit: () => app.close() }
  }

const startInChromium = (env: Record<string, string>, args: string[]): Promise<Started> =>
  startInFork(path.join(appFolder, 'dist/main/chromium.mjs'), args, env)

/** A program that lends the window of its Chromium to whoever forked it, as main/chromium.ts does. */
export async function startInFork(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Started> {
  const child = fork(file, args, { env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const output = collect(child)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: Lent) => message.ready && resolve())
    child.once('exit', (code) => reject(new Error(`the console ended with ${code}\n${output()}`)))
  })
  // noDefaults: Playwright must not emulate a window that is there.
  const browser = await chromium.connectOverCDP(lentTransport(child), { noDefaults: true })
  const page = browser.contexts()[0]?.pages()[0] ?? (await browser.contexts()[0]?.waitForEvent('page'))
  if (!page) {
    child.kill()
    throw new Error('the console shows no window')
  }
  const quit = async (): Promise<void> => {
    await browser.close()
    if (child.connected) child.send({ quit: true })
    // A console that does not end is a defect, but must not outlive its journey.
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
    await exited
    clearTimeout(late)
    if (child.signalCode === 'SIGKILL') throw new Error(`the console did not end\n${output()}`)
  }
  return { host: 'chromium', page, child, output, quit }
}

/** What main/chromium.ts sends to the process that forked it. */
interface Lent {
  ready?: true
  cdp?: object
  closed?: true
}

/** Playwright's ConnectOverCDPTransport, which @playwright/test does not export. */
interface Transport {
  send(message: object): void
  close(): void
  onmessage?: (message: object) => void
  onclose?: (reason?: string) => void
}

/** Carries DevTools messages over the IPC channel of `fork`: there is no port. */
function lentTransport(child: ChildProcess): Transport {
  const queue: object[] = []
  // Playwright expects each message in a task of its own; delivered together, page.evaluate hangs now and then.
  const deliver = (): void => {
    const message = queue.shift()
    if (queue.length > 0) setImmediate(deliver)
    if (message) transport.onmessage?.(message)
  }
  const transport: Transport = {
    send: (message) => void (child.connected && child.send({ cdp: message })),
    // Without it, browser.close() waits for ever.
    close: () => void setImmediate(() => transport.onclose?.()),
  }
  child.on('message', ({ cdp, closed }: Lent) => {
    if (closed) transport.onclose?.()
    if (cdp && queue.push(cdp) === 1) setImmediate(deliver)
  })
  return transport
}

/** Keeps the last of what a process prints. */
function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-8000)))
  }
  return () => text
}

/**
 * `console` is a running console of its own for each journey; `launch` (test.use) says how it is started. On failure its window and its
 * last output are attached.
 */
export const test = base.extend<{ launch: Launch; console: Console }>({
  launch: [{}, { option: true }],
  console: async ({ launch }, use, info) => {
    const started = await startConsole(launch)
    await use(started)
    if (info.status !== info.expectedStatus) {
      await info.attach('output', { body: started.output(), contentType: 'text/plain' })
      const picture = await started.page.screenshot({ path: info.outputPath('window.png'), timeout: 5000 }).catch(() => undefined)
      if (picture) await info.attach('window', { body: picture, contentType: 'image/png' })
    }
    await started.quit()
  },
  page: async ({ console }, use) => use(console.page),
})
