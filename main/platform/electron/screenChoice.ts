/**
 * What the technician lets the page look at when it asks for the screen (getDisplayMedia). The system's picker where there is one: Wayland's portal, and
 * macOS 15 or later, which never asks us. Elsewhere a menu of screens and windows, by their names; the console's own window is not among them.
 */
import type { BrowserWindow, DesktopCapturerSource, DisplayMediaRequestHandlerHandlerRequest, Session, Streams } from 'electron'
import { origin } from '../contentPolicy.ts'
import type { ElectronApi } from './electronApi.ts'

type ChoiceApi = {
  desktopCapturer: Pick<ElectronApi['desktopCapturer'], 'getSources'>
  Menu: Pick<ElectronApi['Menu'], 'buildFromTemplate'>
}
type ChoosingWindow = Pick<BrowserWindow, 'getMediaSourceId'>

/** `windowOf` is the window to ask in, while there is one. */
export function offerScreens(
  electron: ChoiceApi,
  session: Pick<Session, 'setDisplayMediaRequestHandler'>,
  windowOf: () => BrowserWindow | undefined,
): void {
  session.setDisplayMediaRequestHandler(
    (request, answer) => {
      void choose(electron, request, windowOf()).then((source) => (source ? answer({ video: source }) : refuse(answer)))
    },
    { useSystemPicker: true },
  )
}

/** Electron takes null for "no", which its type leaves out; an empty object is refused as well, and thrown at. */
function refuse(answer: (streams: Streams) => void): void {
  Reflect.apply(answer, undefined, [null])
}

async function choose(
  electron: ChoiceApi,
  { securityOrigin, userGesture, audioRequested }: DisplayMediaRequestHandlerHandlerRequest,
  window: BrowserWindow | undefined,
): Promise<DesktopCapturerSource | undefined> {
  // Our page, upon a click, and nothing but pictures.
  if (!window || !userGesture || audioRequested || new URL(securityOrigin).origin !== origin) return undefined
  // No thumbnails: that would be a picture of every window before one was chosen. On Wayland this opens the portal's picker.
  const sources = await electron.desktopCapturer
    .getSources({ types: ['screen', 'window'], thumbnailSize: { width: 0, height: 0 } })
    .catch(() => [])
  const others = withoutOwn(sources, window)
  return others.length < 2 ? others[0] : await askIn(electron, window, others)
}

const withoutOwn = (sources: readonly DesktopCapturerSource[], window: ChoosingWindow): DesktopCapturerSource[] =>
  sources.filter(({ id }) => id !== window.getMediaSourceId())

async function askIn(
  electron: ChoiceApi,
  window: BrowserWindow,
  sources: readonly DesktopCapturerSource[],
): Promise<DesktopCapturerSource | undefined> {
  const { promise, resolve } = Promise.withResolvers<DesktopCapturerSource | undefined>()
  const item = (source: DesktopCapturerSource) => ({ label: menuText(source.name), click: () => resolve(source) })
  const [screens, windows] = [true, false].map((isScreen) => sources.filter(({ id }) => id.startsWith('screen:') === isScreen).map(item))
  const menu = electron.Menu.buildFromTemplate([...(screens ?? []), { type: 'separator' }, ...(windows ?? [])])
  // Where the menu closes before its click is told, the click is told in the same turn.
  menu.popup({ window, callback: () => void setTimeout(() => resolve(undefined), 100) })
  return await promise
}

/** A window's title, which others wrote: one line, and no letter of it is a key of the menu. */
function menuText(name: string): string {
  const plain = name.replaceAll(/\p{C}/gu, ' ').trim()
  return (plain.length > 80 ? `${plain.slice(0, 80)}…` : plain).replaceAll('&', '&&')
}
