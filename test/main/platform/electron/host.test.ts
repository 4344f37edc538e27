import { expect, test, vi } from 'vitest'
import type { ElectronApi } from '../../../../main/platform/electron/electronApi.ts'
import { runElectronHost } from '../../../../main/platform/electron/host.ts'
import { applicationMenu } from '../../../../main/platform/electron/menus.ts'
import { standInApp } from '../chromium/standInApp.ts'
import { callable, recording, type Recording } from './recording.ts'

interface Started {
  app: Recording<ElectronApi['app']>
  window: Recording<InstanceType<ElectronApi['BrowserWindow']>>
  electron: Recording<ElectronApi>
  console: ReturnType<typeof standInApp>
}

async function start(options: { lock?: boolean; args?: string[]; platform?: NodeJS.Platform; packaged?: boolean } = {}): Promise<Started> {
  const console = standInApp()
  const app = recording<ElectronApi['app']>({
    requestSingleInstanceLock: () => options.lock ?? true,
    isPackaged: options.packaged ?? true,
    whenReady: async () => undefined,
  })
  const window = recording<InstanceType<ElectronApi['BrowserWindow']>>({
    isDestroyed: () => false,
    isMinimized: () => true,
    loadURL: async () => undefined,
  })
  const electron = recording<ElectronApi>({
    app: app.object,
    'new BrowserWindow': () => window.object,
    'session.fromPartition': () => recording().object,
    'nativeImage.createFromPath': () => ({ isEmpty: () => true }),
  })
  await runElectronHost(electron.object, {
    platform: options.platform ?? 'linux',
    args: options.args ?? [],
    dataFolder: '/data',
    folders: { renderer: '/dist/renderer', preload: '/dist/preload' },
    icon: '/dist/icon.png',
    createApp: async () => console,
  })
  return { app, window, electron, console }
}

test('the window shows the internal origin and nothing else', async () => {
  const { window } = await start()
  expect(window.of('loadURL')).toEqual([['https://console.internal/']])
  expect(window.of('show')).toEqual([])
  window.emit('ready-to-show')
  expect(window.of('show')).toHaveLength(1)
})

test('the sandbox and the lock’s folder are set before anything is awaited', async () => {
  const { app } = await start()
  const names = app.calls.map(([name]) => name)
  expect(names.indexOf('setPath')).toBeLessThan(names.indexOf('requestSingleInstanceLock'))
  expect(names.indexOf('enableSandbox')).toBeLessThan(names.indexOf('whenReady'))
  expect(app.of('setPath')).toEqual([['userData', '/data/window']])
})

test('a second start ends and leaves its link to the first', async () => {
  const { app, window } = await start({ lock: false, args: ['--inspect', 'gatehouse://machine/desk:a'] })
  expect(app.of('requestSingleInstanceLock')).toEqual([[{ link: 'gatehouse://machine/desk:a' }]])
  expect(app.of('quit')).toHaveLength(1)
  expect(window.calls).toEqual([])
})

test('F-8: of a second start only a link of ours is taken, never its arguments', async () => {
  const { app, console, window } = await start()
  app.emit('second-instance', {}, ['gatehouse://machine/from-argv', '--inspect'], '/', { link: 'gatehouse://machine/desk:a' })
  for (const handed of [
    undefined,
    null,
    'gatehouse://x',
    { link: 7 },
    { link: 'https://x' },
    { link: `gatehouse://${'a'.repeat(3000)}` },
  ]) {
    app.emit('second-instance', {}, [], '/', handed)
  }
  expect(console.links).toEqual(['gatehouse://machine/desk:a'])
  expect(window.of('restore').length).toBeGreaterThan(0)
})

test('links of the start and of macOS reach the app', async () => {
  const { app, console } = await start({ args: ['gatehouse://machine/desk:a'] })
  const event = { preventDefault: vi.fn() }
  app.emit('open-url', event, 'gatehouse://machine/desk:b')
  app.emit('open-url', event, 'https://example.com')
  expect(event.preventDefault).toHaveBeenCalledTimes(2)
  expect(console.links).toEqual(['gatehouse://machine/desk:a', 'gatehouse://machine/desk:b'])
})

test('only the packaged program is registered for links', async () => {
  expect((await start()).app.of('setAsDefaultProtocolClient')).toEqual([['gatehouse']])
  expect((await start({ packaged: false })).app.of('setAsDefaultProtocolClient')).toEqual([])
})

test('F-111: a crashed page is loaded again; one that ended by itself is not', async () => {
  const { window } = await start()
  const crash = (reason: string): void => {
    for (const [event, listener] of window.of('webContents.on')) {
      if (event === 'render-process-gone') callable(listener)({}, { reason })
    }
  }
  crash('clean-exit')
  expect(window.of('loadURL')).toHaveLength(1)
  crash('crashed')
  crash('oom')
  expect(window.of('loadURL')).toHaveLength(3)
})

test('quitting waits until the app is closed', async () => {
  const { app, console } = await start()
  const first = { preventDefault: vi.fn() }
  app.emit('will-quit', first)
  app.emit('will-quit', first)
  expect(first.preventDefault).toHaveBeenCalledTimes(2)
  await vi.waitFor(() => expect(app.of('quit')).toHaveLength(1))
  expect(console.state.closed).toBe(true)
  const second = { preventDefault: vi.fn() }
  app.emit('will-quit', second)
  expect(second.preventDefault).not.toHaveBeenCalled()
})

test('closing the window ends the console, except on macOS', async () => {
  for (const [platform, quits] of [
    ['linux', 1],
    ['win32', 1],
    ['darwin', 0],
  ] as const) {
    const { app } = await start({ platform })
    app.emit('window-all-closed')
    expect(app.of('quit')).toHaveLength(quits)
  }
})

test('a menu bar is made on macOS only, where copying needs it', () => {
  expect(applicationMenu('darwin')?.map(({ role }) => role)).toEqual(['appMenu', 'editMenu', 'windowMenu'])
  expect(applicationMenu('linux')).toBeNull()
})
