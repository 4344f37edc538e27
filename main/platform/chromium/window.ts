/** The app's one window in Chromium: serves its pages, runs the preload in an isolated world, and refuses everything a console need not do. */
import { randomUUID } from 'node:crypto'
import type Protocol from 'devtools-protocol/types/protocol.js'
import { z } from 'zod'
import { createCodec, type Codec } from '../../../preload/chromium/codec.ts'
import type { Delivered, Outgoing as FromPage, Settled } from '../../../preload/chromium/wire.ts'
import { origin } from '../contentPolicy.ts'
import type { Push } from '../joinWindow.ts'
import { readPage } from '../pages.ts'
import type { Browser } from './browser.ts'
import type { DevtoolsSession } from './devtools.ts'
import { bindingName, preloadScripts, worldGlobal, worldName } from './preloadScript.ts'

export interface WindowFolders {
  /** dist/renderer */
  renderer: string
  /** dist/preload */
  preload: string
}

export interface WindowEvents {
  /** A call of the page; what it resolves to is the answer. */
  onInvoke(channel: string, args: unknown[]): Promise<unknown>
  /** A message of the page that has no answer. */
  onSend(channel: string, args: unknown[]): void
  /** A document of ours has started. Returns what to do when that document is gone. */
  onDocument(push: Push): () => void
}

export interface ChromiumWindow {
  readonly session: DevtoolsSession
  /** Runs an expression beside the preload, as if the person had just clicked; the page's scripts cannot reach into it. */
  runWithGesture(expression: string): Promise<void>
  show(): Promise<void>
  /** Resolves when the person has closed the window. */
  readonly closed: Promise<void>
}

/** The frame that an execution context belongs to. */
const AuxData = z.object({ frameId: z.string() })

/** What the preload sends (Outgoing of wire.ts). The app looks at what is inside. */
const Outgoing = z.tuple([z.int().min(0), z.string(), z.array(z.unknown())]) satisfies z.ZodType<FromPage>

function readMessage(payload: string): FromPage | undefined {
  try {
    return Outgoing.parse(codec.decode(payload))
  } catch {
    return undefined
  }
}

const codec: Codec = createCodec({
  fromBytes: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  toBytes: (text) => new Uint8Array(Buffer.from(text, 'base64')),
})

/** Attaches to the window that Chromium was started with and shows the page in it. */
export async function openWindow(browser: Browser, folders: WindowFolders, events: WindowEvents): Promise<ChromiumWindow> {
  const { devtools } = browser
  const closed = Promise.withResolvers<void>()
  const targetId = await firstPage(browser, () => closed.resolve())
  const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: true })
  const session = devtools.session(sessionId)
  const document = trackDocument(session, targetId, events)
  void devtools.closed.then(() => document.gone())

  session.on('Fetch.requestPaused', (request) => void answerRequest(session, folders.renderer, targetId, request))
  // F-111: a crashed page is started again; sessions and grants are in main and unaffected.
  session.on('Inspector.targetCrashed', () => {
    document.gone()
    void session.send('Page.navigate', { url: `${origin}/` }).catch(() => {})
  })
  session.on('Page.frameNavigated', ({ frame }) => {
    if (frame.id !== targetId) return
    // about:blank and blob: are navigations that no request tells of. What Chromium was started with is on its way out.
    const left = frame.url !== `${origin}/` && !frame.url.startsWith('data:')
    if (left) void session.send('Page.navigate', { url: `${origin}/` }).catch(() => {})
  })

  const focus = (enabled: boolean) => session.send('Emulation.setFocusEmulationEnabled', { enabled })
  const scripts = await preloadScripts(folders.preload, randomUUID())
  await Promise.all([
    session.send('Page.enable'),
    session.send('Runtime.enable'),
    session.send('Inspector.enable'),
    session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
    devtools.send('Browser.setDownloadBehavior', { behavior: 'deny' }),
    // Names these and refuses all others. Copying is sanitized writing, never reading; notifications are how this host's Desktop notifies.
    devtools.send('Browser.grantPermissions', { origin, permissions: ['clipboardSanitizedWrite', 'notifications'] }),
    // Nobody can bring a headless window to the front, and only what is in front has a focus.
    focus(browser.headless),
    session.send('Runtime.addBinding', { name: bindingName, executionContextName: worldName }),
    session.send('Page.addScriptToEvaluateOnNewDocument', { worldName, source: scripts.isolated }),
    session.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.main }),
  ])
  await session.send('Page.navigate', { url: `${origin}/` })

  return {
    session,
    closed: closed.promise,
    runWithGesture: async (expression) => {
      const contextId = document.context()
      if (contextId === undefined) throw new Error('The window has no page')
      // A window refuses to copy when the person has turned to another one meanwhile.
      await focus(true)
      const { exceptionDetails } = await session.send('Runtime.evaluate', { expression, contextId, userGesture: true, awaitPromise: true })
      await focus(browser.headless)
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    },
    show: async () => {
      const { windowId, bounds } = await devtools.send('Browser.getWindowForTarget', { targetId })
      if (bounds.windowState === 'minimized')
        await devtools.send('Browser.setWindowBounds', { windowId, bounds: { windowState: 'normal' } })
      await session.send('Page.bringToFront')
    },
  }
}

/** The page that Chromium opens by itself. Every further page (window.open, a middle click) is closed at once. */
async function firstPage({ devtools, ended }: Browser, onClosed: () => void): Promise<string> {
  const found = Promise.withResolvers<string>()
  let first: string | undefined
  devtools.on('Target.targetCreated', ({ targetInfo }) => {
    if (targetInfo.type !== 'page' && targetInfo.type !== 'tab') return
    if (targetInfo.type === 'page' && first === undefined) {
      first = targetInfo.targetId
      found.resolve(first)
    } else if (targetInfo.type === 'page') {
      void devtools.send('Target.closeTarget', { targetId: targetInfo.targetId }).catch(() => {})
    }
  })
  devtools.on('Target.targetDestroyed', ({ targetId }) => {
    if (targetId === first) onClosed()
  })
  void ended.then(() => found.reject(new Error('Chromium ended before it showed a window')))
  // Together, since both are refused when Chromium ends at once.
  const [id] = await Promise.all([found.promise, devtools.send('Target.setDiscoverTargets', { discover: true })])
  return id
}

/** Keeps the isolated world of the current document, speaks with it, and tells when one starts and ends. */
function trackDocument(session: DevtoolsSession, frameId: string, events: WindowEvents): { context(): number | undefined; gone(): void } {
  let current: { context: number; leave: () => void } | undefined

  const run = async (context: number, member: 'settle' | 'deliver', message: Settled | Delivered): Promise<void> => {
    const expression = `${worldGlobal}.${member}(${JSON.stringify(codec.encode(message))})`
    // Fails only when the document has gone meanwhile: nobody is left to be told.
    await session.send('Runtime.evaluate', { expression, contextId: context, silent: true }).catch(() => {})
  }
  const gone = (): void => {
    current?.leave()
    current = undefined
  }

  session.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.name !== worldName || AuxData.parse(context.auxData).frameId !== frameId) return
    gone()
    current = { context: context.id, leave: () => {} }
    // Not yet in `current` while onDocument runs, so that what it pushes at once has its context by value.
    current.leave = events.onDocument((channel, message) => run(context.id, 'deliver', [channel, [message]]))
  })
  session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
    if (executionContextId === current?.context) gone()
  })
  session.on('Runtime.executionContextsCleared', gone)
  session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    // Only our preload in the main frame speaks to main.
    if (name !== bindingName || executionContextId !== current?.context) return
    const message = readMessage(payload)
    // Our preload writes no other; a page that has taken its process over might, and is not answered.
    if (!message) return
    const [call, channel, args] = message
    if (call === 0) return events.onSend(channel, args)
    events.onInvoke(channel, args).then(
      (value) => run(executionContextId, 'settle', { call, ok: true, value }),
      (error: unknown) => run(executionContextId, 'settle', { call, ok: false, error: { name: 'Error', message: String(error) } }),
    )
  })
  return { context: () => current?.context, gone }
}

/** Answers from the page's folder, and lets nothing else through: Chromium never goes to a network. */
async function answerRequest(
  session: DevtoolsSession,
  folder: string,
  mainFrame: string,
  { requestId, request, resourceType, frameId }: Protocol.Fetch.RequestPausedEvent,
): Promise<void> {
  const isOurs = URL.canParse(request.url) && new URL(request.url).origin === origin
  // A failed document would show an error page; an aborted one leaves the page where it is.
  const navigatesAway = resourceType === 'Document' && !(frameId === mainFrame && request.url === `${origin}/`)
  if (!isOurs || navigatesAway) {
    const errorReason = resourceType === 'Document' ? 'Aborted' : 'BlockedByClient'
    await session.send('Fetch.failRequest', { requestId, errorReason }).catch(() => {})
    return
  }
  const answer = await readPage(folder, request.url)
  const responseHeaders = Object.entries(answer.headers).map(([name, value]) => ({ name, value }))
  const body = Buffer.from(answer.body).toString('base64')
  // Refused when the document that asked has gone meanwhile.
  await session.send('Fetch.fulfillRequest', { requestId, responseCode: answer.status, responseHeaders, body }).catch(() => {})
}
