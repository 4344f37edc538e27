/** A real, headless Chromium with our preload and a page that the test writes, around an app with nothing behind it. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createBuilder } from 'vite'
import { findChromium, type Browser } from '../../../../main/platform/chromium/browser.ts'
import { createChromiumHost, type ChromiumHost } from '../../../../main/platform/chromium/host.ts'
import { origin } from '../../../../main/platform/contentPolicy.ts'
import { standInApp, type StandInApp } from './standInApp.ts'

export interface RealWindow {
  app: StandInApp
  host: ChromiumHost
  /** The Chromium of the moment. */
  browser(): Browser
  /** Evaluates in the page's own world (the content policy does not hold for what is evaluated this way). */
  evaluate<Value = unknown>(expression: string): Promise<Value>
  send: Browser['devtools']['send']
  /** Ends when the host's run has. */
  ended: Promise<void>
  close(): Promise<void>
}

/** Builds the preload once a test file, with the build's own configuration. Returns its folder. */
export async function buildPreload(folder: string): Promise<string> {
  const builder = await createBuilder({ configFile: path.join(import.meta.dirname, '../../../../build/vite.config.ts'), logLevel: 'error' })
  const preload = builder.environments['preload']
  if (!preload) throw new Error('the build has no preload')
  preload.config.build.outDir = folder
  await builder.build(preload)
  return folder
}

const emptyPage = '<!doctype html><title>Test</title><script src="page.js"></script>'

/** Files of the page by name; `index.html` and `page.js` are there if not given. */
export async function openRealWindow(
  preload: string,
  files: Record<string, string> = {},
  app: StandInApp = standInApp(),
): Promise<RealWindow> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-host-'))
  const renderer = path.join(folder, 'renderer')
  await mkdir(renderer)
  for (const [name, text] of Object.entries({ 'index.html': emptyPage, 'page.js': '', ...files })) {
    await writeFile(path.join(renderer, name), text)
  }
  const chromium = findChromium()
  if (chromium === undefined) throw new Error('no Chromium is installed')
  let current: Browser | undefined
  const browser = (): Browser => {
    if (!current) throw new Error('no Chromium was started')
    return current
  }
  const host = createChromiumHost({
    chromium,
    folders: { renderer, preload },
    dataFolder: folder,
    headless: true,
    onBrowser: (started) => (current = started),
  })
  const ended = host.run(app)
  const evaluate = async <Value>(expression: string): Promise<Value> => {
    const { targetInfos } = await browser().devtools.send('Target.getTargets')
    const page = targetInfos.find((target) => target.type === 'page')
    if (!page) throw new Error('no page is open')
    const { sessionId } = await browser().devtools.send('Target.attachToTarget', { targetId: page.targetId, flatten: true })
    const session = browser().devtools.session(sessionId)
    try {
      const answer = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true, userGesture: true })
      if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text)
      // eslint-disable-next-line typescript/no-unsafe-type-assertion -- the test says what its own expression gives
      return answer.result.value as Value
    } finally {
      await browser().devtools.send('Target.detachFromTarget', { sessionId })
    }
  }
  const window: RealWindow = {
    app,
    host,
    browser,
    evaluate,
    send: (method, ...params) => browser().devtools.send(method, ...params),
    ended,
    close: async () => {
      host.close()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
  await until(async () => (await evaluate('location.origin + document.readyState')) === `${origin}complete`)
  return window
}

/** Polls until it holds; a failed look is a look that did not hold. */
export async function until(holds: () => Promise<boolean> | boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs
  let last: unknown
  while (performance.now() < deadline) {
    try {
      if (await holds()) return
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`did not happen within ${withinMs} ms`, { cause: last })
}
