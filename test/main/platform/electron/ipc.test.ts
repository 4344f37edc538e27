import type { WebContents } from 'electron'
import { expect, test } from 'vitest'
import { serveContents } from '../../../../main/platform/electron/ipc.ts'
import { standInApp } from '../chromium/standInApp.ts'
import { callable, recording } from './recording.ts'

const mainFrame = { origin: 'https://console.internal' }

function serve(frame: object = mainFrame) {
  const app = standInApp(async (name) => ({ ok: true, value: name }))
  const contents = recording<WebContents>({ mainFrame: frame, isDestroyed: () => false })
  serveContents(contents.object, app)
  const [door, call] = contents.of('ipc.handle')[0] ?? []
  const [pipe, receive] = contents.of('ipc.on')[0] ?? []
  expect([door, pipe]).toEqual(['door', 'pipe'])
  return { app, contents, call: callable(call), receive: callable(receive) }
}

test('the page’s calls reach the app', async () => {
  const { app, call, receive } = serve()
  expect(await call({ senderFrame: mainFrame }, 'app.info', { a: 1 })).toEqual({ ok: true, value: 'app.info' })
  receive({ senderFrame: mainFrame }, { kind: 'end', pipe: 'p' })
  expect(app.called).toEqual([{ name: 'app.info', input: { a: 1 } }])
  expect(app.frames).toEqual([{ kind: 'end', pipe: 'p' }])
})

test.each([
  ['a frame inside the page', { origin: 'https://console.internal' }],
  ['a frame that is gone', null],
])('%s is refused', (_who, senderFrame) => {
  const { app, call, receive } = serve()
  expect(() => call({ senderFrame }, 'app.info', {})).toThrow(/refused/)
  receive({ senderFrame }, { kind: 'end', pipe: 'p' })
  expect([app.called, app.frames]).toEqual([[], []])
})

test('a main frame that shows something else is refused', () => {
  const elsewhere = { origin: 'https://example.com' }
  const { app, call } = serve(elsewhere)
  expect(() => call({ senderFrame: elsewhere }, 'app.info', {})).toThrow(/refused/)
  expect(app.called).toEqual([])
})

test('bell and frames reach the document that is there, and only that', async () => {
  const { app, contents } = serve()
  app.ring('grants')
  expect(contents.of('send')).toEqual([])
  contents.emit('did-navigate')
  app.ring('grants')
  await app.sendFrame({ kind: 'end', pipe: 'p' })
  expect(contents.of('send')).toEqual([
    ['bell', 'grants'],
    ['pipe', { kind: 'end', pipe: 'p' }],
  ])
  contents.emit('did-navigate')
  expect(app.state.windows).toBe(1)
  contents.emit('render-process-gone')
  expect(app.state.windows).toBe(0)
  contents.emit('destroyed')
})
