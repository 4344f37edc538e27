import type { BrowserWindow, DesktopCapturerSource, Session } from 'electron'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { ElectronApi } from '../../../../main/platform/electron/electronApi.ts'
import { offerScreens } from '../../../../main/platform/electron/screenChoice.ts'
import { callable, recording } from './recording.ts'

const Items = z.array(z.object({ label: z.string().optional(), click: z.unknown().optional() }))

const source = (id: string, name: string): Partial<DesktopCapturerSource> => ({ id, name })
const screen = source('screen:0:0', 'Entire screen')
const viewer = source('window:7:0', 'customer & sons')
const own = source('window:3:0', 'Gatehouse')

const request = { securityOrigin: 'https://console.internal', userGesture: true, audioRequested: false, videoRequested: true }

async function asked({
  sources = [screen, viewer, own],
  with: given = {},
  hasWindow = true,
}: {
  sources?: object[]
  with?: object
  hasWindow?: boolean
}) {
  const session = recording<Session>()
  const window = recording<BrowserWindow>({ getMediaSourceId: () => 'window:3:0' })
  const menu = recording()
  const electron = recording<ElectronApi>({
    'desktopCapturer.getSources': async () => sources,
    'Menu.buildFromTemplate': () => menu.object,
  })
  offerScreens(electron.object, session.object, () => (hasWindow ? window.object : undefined))
  const [handler, options] = session.of('setDisplayMediaRequestHandler')[0] ?? []
  const answer = vi.fn()
  callable(handler)({ ...request, ...given }, answer)
  const items = () => Items.parse(electron.of('Menu.buildFromTemplate')[0]?.[0])
  await vi.waitFor(() => {
    if (answer.mock.calls.length === 0 && menu.of('popup').length === 0) throw new Error('nothing yet')
  })
  return { answer, items, menu, electron, options }
}

test('the system’s picker is used where there is one, and no window is pictured before one is chosen', async () => {
  const { options, electron } = await asked({})
  expect(options).toEqual({ useSystemPicker: true })
  expect(electron.of('desktopCapturer.getSources')).toEqual([[{ types: ['screen', 'window'], thumbnailSize: { width: 0, height: 0 } }]])
})

test('elsewhere screens and windows are named in a menu, and the console’s own window is not among them', async () => {
  const { items, answer } = await asked({})
  expect(items().map(({ label }) => label)).toEqual(['Entire screen', undefined, 'customer && sons'])
  callable(items()[2]?.click)()
  await vi.waitFor(() => expect(answer).toHaveBeenCalledWith({ video: viewer }))
})

test('what the portal’s picker gave is not asked for twice', async () => {
  const { answer, menu } = await asked({ sources: [screen] })
  expect(answer).toHaveBeenCalledWith({ video: screen })
  expect(menu.of('popup')).toEqual([])
})

test('F-73: a menu that is closed, and a picker that gives nothing, are a no', async () => {
  const { answer, menu } = await asked({})
  const [options] = menu.of('popup')[0] ?? []
  if (typeof options !== 'object' || options === null || !('callback' in options)) throw new Error('no popup')
  callable(options.callback)()
  await vi.waitFor(() => expect(answer.mock.calls).toEqual([[null]]))
  expect((await asked({ sources: [] })).answer.mock.calls).toEqual([[null]])
})

test.each([
  ['another origin', { with: { securityOrigin: 'https://example.com' } }],
  ['no click', { with: { userGesture: false } }],
  ['sound', { with: { audioRequested: true } }],
  ['no window', { hasWindow: false }],
])('a request with %s is refused and nothing is listed', async (_what, options) => {
  const { answer, electron } = await asked(options)
  expect(answer.mock.calls).toEqual([[null]])
  expect(electron.of('desktopCapturer.getSources')).toEqual([])
})
