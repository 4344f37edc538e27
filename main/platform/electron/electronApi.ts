/** What the host uses of Electron. It is handed in by main/index.ts, the only module that imports Electron at run time: elsewhere the import itself tries a download. */
import type * as Electron from 'electron'

export type ElectronApi = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'clipboard'
  | 'desktopCapturer'
  | 'dialog'
  | 'Menu'
  | 'nativeImage'
  | 'Notification'
  | 'session'
  | 'shell'
  | 'Tray'
>
