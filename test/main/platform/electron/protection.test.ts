import type { App, Session, WebContents } from 'electron'
import { expect, test, vi } from 'vitest'
import { protectApp, protectContents, protectSession, webPreferences } from '../../../../main/platform/electron/protection.ts'
import { callable, recording } from './recording.ts'

const first = (args: unknown[][]) => callable(args[0]?.[0])

test('the page has no Node, no shared world with the preload, and a sandbox', () => {
  const preferences = webPreferences(recording<Session>().object, '/dist/preload/index.cjs')
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
  })
  expect(preferences.enableBlinkFeatures).toBeUndefined()
})

test('of all permissions only sanitized copying and the screen are given, when asked and when looked up', () => {
  const session = recording<Session>()
  protectSession(session.object, '/dist/renderer')
  const request = first(session.of('setPermissionRequestHandler'))
  const check = first(session.of('setPermissionCheckHandler'))
  const given = (permission: string): unknown[] => {
    const answer = vi.fn()
    request(undefined, permission, answer, {})
    return [answer.mock.calls[0]?.[0], check(undefined, permission)]
  }
  expect(given('clipboard-sanitized-write')).toEqual([true, true])
  expect(given('display-capture')).toEqual([true, true])
  for (const permission of ['clipboard-read', 'media', 'notifications', 'geolocation', 'openExternal', 'fileSystem', 'hid', 'unknown']) {
    expect(given(permission)).toEqual([false, false])
  }
  expect(first(session.of('setDevicePermissionHandler'))()).toBe(false)
})

test('the screen may be asked for as older Electron does, as media of no kind; camera and microphone may not', () => {
  const session = recording<Session>()
  protectSession(session.object, '/dist/renderer')
  const request = first(session.of('setPermissionRequestHandler'))
  const given = (details: object): unknown => {
    const answer = vi.fn()
    request(undefined, 'media', answer, details)
    return answer.mock.calls[0]?.[0]
  }
  expect(given({ mediaTypes: [] })).toBe(true)
  expect([{ mediaTypes: ['video'] }, { mediaTypes: ['audio'] }, { mediaTypes: ['video', 'audio'] }, {}].map(given)).toEqual([
    false,
    false,
    false,
    false,
  ])
})

test.each([
  ['https://console.internal/', 'mainFrame', false],
  ['https://console.internal/assets/index.js', 'script', false],
  ['blob:https://console.internal/1', 'xhr', false],
  ['https://console.internal/other', 'mainFrame', true],
  ['https://console.internal/', 'subFrame', false],
  ['https://example.com/', 'mainFrame', true],
  ['https://example.com/x.js', 'script', true],
  ['https://console.internal.example.com/x', 'image', true],
  ['http://console.internal/', 'mainFrame', true],
  ['ws://127.0.0.1/', 'webSocket', true],
  ['file:///etc/passwd', 'mainFrame', true],
  ['data:text/html,x', 'mainFrame', true],
])('a request for %s as %s: refused is %s', (url, resourceType, cancel) => {
  const session = recording<Session>()
  protectSession(session.object, '/dist/renderer')
  const answer = vi.fn()
  first(session.of('webRequest.onBeforeRequest'))({ url, resourceType }, answer)
  expect(answer).toHaveBeenCalledWith({ cancel })
})

test('no server’s certificate is accepted, and nothing is downloaded', () => {
  const session = recording<Session>()
  protectSession(session.object, '/dist/renderer')
  const verdict = vi.fn()
  first(session.of('setCertificateVerifyProc'))({}, verdict)
  expect(verdict).toHaveBeenCalledWith(-2)
  const download = { preventDefault: vi.fn() }
  session.emit('will-download', download)
  expect(download.preventDefault).toHaveBeenCalled()
})

test('the page is served with the policy, and nothing outside its folder', async () => {
  const session = recording<Session>()
  protectSession(session.object, import.meta.dirname)
  const [scheme, handler] = session.of('protocol.handle')[0] ?? []
  expect(scheme).toBe('https')
  const serve = async (request: { url: string }): Promise<Response> => {
    const response = await callable(handler)(request)
    if (!(response instanceof Response)) throw new Error('no response')
    return response
  }
  const found = await serve({ url: 'https://console.internal/recording.ts' })
  expect([found.status, found.headers.get('content-security-policy')]).toEqual([200, expect.stringContaining("default-src 'none'")])
  expect((await serve({ url: 'https://console.internal/..%2fpages.test.ts' })).status).toBe(404)
  expect((await serve({ url: 'https://example.com/recording.ts' })).status).toBe(404)
})

test('a window never navigates, opens another or holds a guest', () => {
  const contents = recording<WebContents>()
  protectContents(contents.object)
  expect(first(contents.of('setWindowOpenHandler'))({ url: 'https://console.internal/' })).toEqual({ action: 'deny' })
  for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
    const prevented = { preventDefault: vi.fn() }
    contents.emit(event, prevented)
    expect(prevented.preventDefault).toHaveBeenCalledOnce()
  }
})

test('every page that is ever made is protected, and nobody is asked about certificates', () => {
  const app = recording<App>()
  protectApp(app.object)
  expect(app.of('enableSandbox')).toHaveLength(1)
  const contents = recording<WebContents>()
  app.emit('web-contents-created', {}, contents.object)
  expect(contents.of('setWindowOpenHandler')).toHaveLength(1)
  const answer = vi.fn()
  const event = { preventDefault: vi.fn() }
  app.emit('certificate-error', event, contents.object, '', '', {}, answer)
  expect(answer).toHaveBeenCalledWith(false)
  app.emit('login', event)
  app.emit('select-client-certificate', event)
  expect(event.preventDefault).toHaveBeenCalledTimes(3)
})
