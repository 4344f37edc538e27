/**
 * Electron's security checklist, https://www.electronjs.org/docs/latest/tutorial/security, as far as it is code. The rest: the content
 * policy is in contentPolicy.ts, the fuses in electron-builder.yml, and the page gets nothing of Electron's (preload/index.ts).
 */
import type { App, Session, WebContents, WebPreferences } from 'electron'
import { origin } from '../contentPolicy.ts'
import { readPage } from '../pages.ts'

/** Permissions that the page may have, and why. All others are refused. */
const allowedPermissions: ReadonlySet<string> = new Set([
  // Copying from a terminal; "sanitized" writes text and images only, and reading is another permission.
  'clipboard-sanitized-write',
  // Reading a code off the screen. What may be looked at is chosen by the person each time (screenChoice.ts).
  'display-capture',
])

/**
 * Electron before 45 asks for the screen as `media` of no kind; camera and microphone are `media` of a kind.
 * https://github.com/electron/electron/pull/52824
 */
const isScreen = (permission: string, details: object): boolean =>
  permission === 'media' && 'mediaTypes' in details && Array.isArray(details.mediaTypes) && details.mediaTypes.length === 0

/** A window's preferences. Defaults are said again where a change of default would be a hole. */
export function webPreferences(session: Session, preload: string): WebPreferences {
  return {
    session,
    preload,
    // 4: the renderer has no more rights than a web page.
    sandbox: true,
    // 2, 3: no Node in the page, and a page script cannot reach into the preload.
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    contextIsolation: true,
    // 6, 8: same-origin policy holds, and nothing comes over plain HTTP.
    webSecurity: true,
    allowRunningInsecureContent: false,
    // 9, 10: only what is finished in Blink.
    experimentalFeatures: false,
    // 11, 12: no guest pages.
    webviewTag: false,
    // A file dragged onto the window is not opened in it.
    navigateOnDragDrop: false,
    // Its dictionaries are downloads, and what is typed into a terminal is nobody's business.
    spellcheck: false,
    // A covered terminal still has to take its output, or the machine's program would stand still.
    backgroundThrottling: false,
  }
}

type ProtectedSession = Pick<
  Session,
  | 'on'
  | 'protocol'
  | 'setCertificateVerifyProc'
  | 'setDevicePermissionHandler'
  | 'setPermissionCheckHandler'
  | 'setPermissionRequestHandler'
  | 'webRequest'
>

/** Serves the page's files to this session, and cuts it off from everything else. `renderer` is dist/renderer. */
export function protectSession(session: ProtectedSession, renderer: string): void {
  // 1, 18: our own origin instead of file:, which could read the whole disk. This session is the console's alone, so https is ours here.
  session.protocol.handle('https', async ({ url }) => {
    const { body, ...answer } = await readPage(renderer, url)
    return new Response(body, answer)
  })
  // The content policy stops these already; this stops what a flaw in it, or in the page, would let through.
  session.webRequest.onBeforeRequest(({ url, resourceType }, answer) => {
    const navigatesAway = (resourceType === 'mainFrame' || resourceType === 'subFrame') && url !== `${origin}/`
    answer({ cancel: !isOfThePage(url) || navigatesAway })
  })
  // No server is ever spoken to from the window, so no certificate is good. -2: the verdict is "refused".
  session.setCertificateVerifyProc((_request, answer) => answer(-2))
  // 5: asked for and looked up, both.
  session.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(allowedPermissions.has(permission) || isScreen(permission, details)),
  )
  session.setPermissionCheckHandler((_contents, permission) => allowedPermissions.has(permission))
  // USB, HID, serial.
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => event.preventDefault())
}

/** blob: and data: are made in the page itself; the content policy says where it may use them. */
function isOfThePage(url: string): boolean {
  return url.startsWith(`${origin}/`) || url.startsWith(`blob:${origin}/`) || url.startsWith('data:') || url.startsWith('devtools:')
}

type ProtectedContents = Pick<WebContents, 'on' | 'setWindowOpenHandler'>

/** 13, 14: what is shown in a window of ours never navigates, never opens another, and never holds a guest. */
export function protectContents(contents: ProtectedContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

/** For every page that is ever made, whoever makes it. Before the app is ready. */
export function protectApp(app: Pick<App, 'on' | 'enableSandbox'>): void {
  // 4, also for a window whose preferences somebody forgets.
  app.enableSandbox()
  app.on('web-contents-created', (_event, contents) => protectContents(contents))
  // Nobody is asked to accept a certificate or to sign in to a proxy for the window.
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault()
    answer(false)
  })
  app.on('login', (event) => event.preventDefault())
  app.on('select-client-certificate', (event) => event.preventDefault())
}
