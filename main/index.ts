/** The console's entry in Electron: the only module that imports Electron at run time. Effects at the top level are for entries only. */
import path from 'node:path'
// eslint-disable-next-line no-restricted-imports -- this entry hands Electron to everything else
import {
  app,
  BrowserWindow,
  clipboard,
  desktopCapturer,
  dialog,
  Menu,
  nativeImage,
  Notification,
  session,
  shell,
  Tray,
  utilityProcess,
} from 'electron'
import packageJson from '../package.json' with { type: 'json' }
import { createServedApp } from './platform/servedApp.ts'
import { appInfo } from './platform/appInfo.ts'
import { runElectronHost } from './platform/electron/host.ts'
import { childEnvironment } from './platform/environment.ts'
import { forkWithElectron } from './platform/keychainFork.ts'
import { systemPorts } from './platform/systemPorts.ts'

const info = appInfo('electron', packageJson.version, [])
const environment = childEnvironment(process.env)

const forkKeychain = forkWithElectron((file) => utilityProcess.fork(file, [], { serviceName: 'keychain', env: environment }))

// Not awaited at the top level: Electron becomes ready only after its entry has been evaluated, so that would wait for ever.
runElectronHost(
  { app, BrowserWindow, clipboard, desktopCapturer, dialog, Menu, nativeImage, Notification, session, shell, Tray },
  {
    platform: process.platform,
    // Unpackaged, the first argument is the app's folder.
    args: process.argv.slice(app.isPackaged ? 1 : 2),
    dataFolder: info.dataFolder,
    folders: { renderer: path.join(import.meta.dirname, '../renderer'), preload: path.join(import.meta.dirname, '../preload') },
    icon: path.join(import.meta.dirname, '../../build/icon.png'),
    createApp: (desktop) =>
      createServedApp(systemPorts(info, desktop, { forkKeychain, resolveProxy: (url) => session.defaultSession.resolveProxy(url) }), {
        windowFirst: true,
      }),
  },
).catch((error: unknown) => {
  dialog.showErrorBox('Gatehouse cannot start', error instanceof Error ? error.message : String(error))
  app.exit(1)
})
