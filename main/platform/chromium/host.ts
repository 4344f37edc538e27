/** The console in the system's Chromium: one window for one app, brought back when it crashes, ended when the person closes it. */
import path from 'node:path'
import { channels } from '../../../preload/contract.ts'
import type { App } from '../../app.ts'
import { joinWindow } from '../joinWindow.ts'
import { startChromium, type Browser } from './browser.ts'
import { openWindow, type ChromiumWindow, type WindowEvents, type WindowFolders } from './window.ts'

export interface HostOptions {
  chromium: string
  folders: WindowFolders
  dataFolder: string
  headless: boolean
  /** Called for each window, before anything is shown in it. `shown` resolves when it is on its way to its page. */
  onBrowser?(browser: Browser, shown: Promise<void>): void
}

export interface ChromiumHost {
  /** Shows the window and serves it; resolves when the person has closed it, rejects when Chromium does not stay up. */
  run(app: App): Promise<void>
  /** For the desktop port: beside the preload, in the window of the moment. */
  runInWindow: (expression: string) => Promise<void>
  /** Brings the window to the front. */
  show(): void
  close: () => void
}

/** A window that comes back more often than this in a minute will not stay: better an end that can be seen. */
const maxStartsInAMinute = 4

export function createChromiumHost(options: HostOptions): ChromiumHost {
  let browser: Browser | undefined
  let window: ChromiumWindow | undefined
  const state = { closing: false }
  let lastFailure: unknown

  const quit = (): void => {
    state.closing = true
    // Refused when it is gone already, which is what is asked for.
    void browser?.devtools.send('Browser.close').catch(() => {})
  }

  /** One life of Chromium, from its start to its end. */
  const live = async (app: App): Promise<void> => {
    browser = startChromium(options.chromium, { profile: path.join(options.dataFolder, 'window'), headless: options.headless })
    const { promise: shown, resolve: tellShown } = Promise.withResolvers<void>()
    options.onBrowser?.(browser, shown)
    const { ended, process } = browser
    try {
      window = await openWindow(browser, options.folders, eventsOf(app))
      void window.closed.then(quit)
      tellShown()
    } catch (error) {
      lastFailure = error
      // It shows nothing: end it, so that it is started again.
      process.kill('SIGKILL')
    }
    await ended
    window = undefined
  }

  return {
    run: async (app) => {
      const starts: number[] = []
      while (!state.closing) {
        const now = performance.now()
        starts.push(now)
        if (starts.filter((at) => now - at < 60_000).length > maxStartsInAMinute)
          throw new Error(`Chromium ends again and again: ${browser?.lastWords() ?? ''}`, { cause: lastFailure })
        await live(app)
      }
    },
    runInWindow: async (expression) => {
      if (!window) throw new Error('There is no window')
      await window.runWithGesture(expression)
    },
    show: () => void window?.show().catch(() => {}),
    close: quit,
  }
}

const eventsOf = (app: App): WindowEvents => ({
  onInvoke: async (channel, [name, input]) => {
    if (channel !== channels.door) throw new Error(`no handler for '${channel}'`)
    return app.call(name, input)
  },
  onSend: (channel, [frame]) => {
    if (channel === channels.pipe) app.receiveFrame(frame)
  },
  onDocument: (push) => joinWindow(app, push),
})
