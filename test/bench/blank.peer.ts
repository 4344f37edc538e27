/** The console's host with a page that has one word in it and nothing behind it: what any start is measured against. */
import path from 'node:path'
import type { App } from '../../main/app.ts'
import { findChromium } from '../../main/platform/chromium/browser.ts'
import { createChromiumHost } from '../../main/platform/chromium/host.ts'
import { lendDevtools, type LentMessage } from '../../main/platform/chromium/lend.ts'

const [, , renderer = '', preload = '', dataFolder = ''] = process.argv
const nothing: App = {
  call: async () => ({ ok: true, value: {} }),
  fetch: () => Promise.reject(new Error('nobody is here')),
  onChange: () => () => undefined,
  receiveFrame: () => undefined,
  connectWindow: () => () => undefined,
  opened: Promise.resolve(),
  openLink: () => undefined,
  close: async () => undefined,
}
const host = createChromiumHost({
  chromium: findChromium() ?? '',
  folders: { renderer: path.resolve(renderer), preload: path.resolve(preload) },
  dataFolder,
  headless: process.env['GATEHOUSE_HEADLESS'] === '1',
  onBrowser: (browser, shown) => void lend(browser.devtools, shown),
})

async function lend(devtools: Parameters<typeof lendDevtools>[0], shown: Promise<void>): Promise<void> {
  const pass = await lendDevtools(devtools, (cdp) => void (process.connected && process.send?.({ cdp })))
  process.on('message', (message: { cdp?: LentMessage; quit?: true }) => {
    if (message.cdp) pass(message.cdp)
    if (message.quit) host.close()
  })
  process.on('disconnect', host.close)
  void devtools.closed.then(() => process.connected && process.send?.({ closed: true }))
  await shown
  process.send?.({ ready: true })
}

await host.run(nothing)
process.exit(0)
