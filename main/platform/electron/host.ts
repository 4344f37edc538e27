/** The console in Electron: one instance, one window, its tray and its links. What the console does is in the app; here is only who is told when. */
import path from 'node:path'
import type { BrowserWindow, Tray } from 'electron'
import type { App } from '../../app.ts'
import type { Desktop } from '../../ports.ts'
import { origin } from '../contentPolicy.ts'
import { linkArgument, linkScheme } from '../linkArgument.ts'
import { createDesktop } from './desktop.ts'
import type { ElectronApi } from './electronApi.ts'
import { serveContents } from './ipc.ts'
import { applicationMenu, trayMenu } from './menus.ts'
import { protectApp, protectSession, webPreferences } from './protection.ts'
import { offerScreens } from './screenChoice.ts'

export interface ElectronHostOptions {
  platform: NodeJS.Platform
  /** The command line without the program. */
  args: readonly string[]
  dataFolder: string
  folders: { renderer: string; preload: string }
  /** The tray's picture, a PNG. */
  icon: string
  createApp(desktop: Desktop): Promise<App>
}

/**
 * Resolves when all is open, and rejects when something cannot be: then there is nothing to be used, although there may be a window. Call before
 * Electron is ready: some of its protections have to be set by then.
 */
export async function runElectronHost(electron: ElectronApi, options: ElectronHostOptions): Promise<void> {
  const { app } = electron
  const link = linkArgument(options.args)
  // Also makes the instance lock one of this data folder.
  app.setPath('userData', path.join(options.dataFolder, 'window'))
  protectApp(app)
  if (!app.requestSingleInstanceLock({ link })) {
    app.quit()
    return
  }

  const early: string[] = link === undefined ? [] : [link]
  let openLink = (later: string): void => void early.push(later)
  let window: BrowserWindow | undefined
  const show = (): void => {
    if (window?.isMinimized()) window.restore()
    window?.show()
    window?.focus()
  }
  // F-8, F-10: of a second start only its link is looked at; Chromium mixes switches of its own into the arguments.
  app.on('second-instance', (_event, _args, _folder, handed) => {
    show()
    const later = handedLink(handed)
    if (later !== undefined) openLink(later)
  })
  // macOS tells links by event, also the one that it was started for.
  app.on('open-url', (event, url) => {
    event.preventDefault()
    show()
    const later = linkArgument([url])
    if (later !== undefined) openLink(later)
  })
  // Before packaging the program is Electron itself, and must not be registered as ours.
  if (app.isPackaged) app.setAsDefaultProtocolClient(linkScheme)

  await app.whenReady()
  const console = await options.createApp(createDesktop(electron, show))
  closeBeforeQuit(app, console)
  openLink = (later) => console.openLink(later)
  for (const first of early) console.openLink(first)

  const session = electron.session.fromPartition('persist:gatehouse')
  protectSession(session, options.folders.renderer)
  offerScreens(electron, session, () => window)
  const menu = applicationMenu(options.platform)
  electron.Menu.setApplicationMenu(menu && electron.Menu.buildFromTemplate(menu))
  const preferences = webPreferences(session, path.join(options.folders.preload, 'index.cjs'))
  const open = (): void => {
    window = openWindow(electron, preferences, console)
    window.on('closed', () => (window = undefined))
  }
  open()
  const tray = createTray(electron, options.icon, show)
  // The tray's menu goes when nothing refers to it.
  app.once('quit', () => tray?.destroy())

  // On macOS an application outlives its window, and its icon brings a window back.
  app.on('window-all-closed', () => {
    if (options.platform !== 'darwin') app.quit()
  })
  app.on('activate', () => (window ? show() : open()))
  await console.opened
}

function openWindow(electron: ElectronApi, preferences: ReturnType<typeof webPreferences>, console: App): BrowserWindow {
  const window = new electron.BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 720,
    minHeight: 480,
    title: 'Gatehouse',
    // Shown when there is something to see.
    show: false,
    webPreferences: preferences,
  })
  const { webContents } = window
  serveContents(webContents, console)
  window.once('ready-to-show', () => window.show())
  // F-111: the page is started again; sessions and grants are in main and unaffected.
  webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit' && !window.isDestroyed()) void window.loadURL(`${origin}/`)
  })
  void window.loadURL(`${origin}/`)
  return window
}

/** undefined where the desktop has no tray. */
function createTray(electron: ElectronApi, icon: string, show: () => void): Tray | undefined {
  const picture = electron.nativeImage.createFromPath(icon)
  if (picture.isEmpty()) return undefined
  const tray = new electron.Tray(picture.resize({ width: 16, height: 16 }))
  tray.setToolTip('Gatehouse')
  tray.setContextMenu(electron.Menu.buildFromTemplate(trayMenu({ show, quit: () => electron.app.quit() })))
  tray.on('click', show)
  return tray
}

/** Electron does not wait for anything when it quits: sessions are ended and the gateway is closed first, and then it may. */
function closeBeforeQuit(app: ElectronApi['app'], console: App): void {
  let state: 'running' | 'closing' | 'closed' = 'running'
  app.on('will-quit', (event) => {
    if (state === 'closed') return
    event.preventDefault()
    if (state === 'closing') return
    state = 'closing'
    void console.close().finally(() => {
      state = 'closed'
      app.quit()
    })
  })
}

/** Hostile like any other link: another program of this person may have sent it. */
function handedLink(handed: unknown): string | undefined {
  if (typeof handed !== 'object' || handed === null || !('link' in handed) || typeof handed.link !== 'string') return undefined
  return linkArgument([handed.link])
}
