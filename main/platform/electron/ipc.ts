/** The three channels in Electron: the door is asked and answers, the bell rings, frames pass both ways. */
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron'
import { channels } from '../../../preload/contract.ts'
import type { App } from '../../app.ts'
import { origin } from '../contentPolicy.ts'
import { joinWindow } from '../joinWindow.ts'

type ServedContents = Pick<WebContents, 'ipc' | 'isDestroyed' | 'mainFrame' | 'on' | 'send'>

/** Serves one window, for each document that it shows. */
export function serveContents(contents: ServedContents, app: App): void {
  // 17 of Electron's checklist: only our page, in the main frame. A frame that is gone has no origin any more.
  const isOurs = ({ senderFrame }: Pick<IpcMainEvent | IpcMainInvokeEvent, 'senderFrame'>): boolean =>
    senderFrame !== null && senderFrame === contents.mainFrame && senderFrame.origin === origin

  contents.ipc.handle(channels.door, (event, name: unknown, input: unknown) => {
    if (!isOurs(event)) throw new Error('refused: not the console’s page')
    return app.call(name, input)
  })
  contents.ipc.on(channels.pipe, (event, frame: unknown) => {
    if (isOurs(event)) app.receiveFrame(frame)
  })

  let leave: (() => void) | undefined
  const gone = (): void => {
    leave?.()
    leave = undefined
  }
  contents.on('did-navigate', () => {
    gone()
    leave = joinWindow(app, (channel, message) => {
      if (!contents.isDestroyed()) contents.send(channel, message)
    })
  })
  contents.on('render-process-gone', gone)
  contents.on('destroyed', gone)
}
