/** The desktop around the window, as Electron has it. */
import path from 'node:path'
import type { Desktop } from '../../ports.ts'
import type { ElectronApi } from './electronApi.ts'

type DesktopApi = {
  app: Pick<ElectronApi['app'], 'getPath'>
  clipboard: Pick<ElectronApi['clipboard'], 'writeText'>
  dialog: Pick<ElectronApi['dialog'], 'showSaveDialog'>
  Notification: ElectronApi['Notification']
  shell: Pick<ElectronApi['shell'], 'openExternal'>
}

/** `onNotificationClicked` brings the window to the front; a notification has no other action. */
export function createDesktop(electron: DesktopApi, onNotificationClicked: () => void): Desktop {
  return {
    copyText: async (text) => electron.clipboard.writeText(text),
    openWebPage: async (url) => {
      // 15 of Electron's checklist: any other scheme can start a program.
      if (!URL.canParse(url) || new URL(url).protocol !== 'https:') throw new Error('only https addresses are opened')
      await electron.shell.openExternal(new URL(url).href)
    },
    notify: (title, body) => {
      const notification = new electron.Notification({ title, body })
      notification.on('click', onNotificationClicked)
      notification.show()
    },
    chooseSavePath: async (suggestedName) => {
      // A name, never a place: where it goes is the person's to say.
      const defaultPath = path.join(electron.app.getPath('downloads'), path.basename(suggestedName))
      const { canceled, filePath } = await electron.dialog.showSaveDialog({ defaultPath, properties: ['showOverwriteConfirmation'] })
      return canceled || filePath === '' ? undefined : filePath
    },
  }
}
