/**
 * A terminal on xterm.js for output that is hostile: what a machine prints may colour text and move the cursor, and nothing else.
 * It reaches neither the clipboard, nor the window's title, nor a web page without a question (FAULTS B).
 */
import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { WebglAddon } from '@xterm/addon-webgl'
import { Terminal } from '@xterm/xterm'
import type { TerminalLook } from './terminalLook.ts'

export interface ScreenEvents {
  /** What is to be sent to the machine. */
  typed(bytes: Uint8Array<ArrayBuffer>): void
  resized(size: { cols: number; rows: number }): void
  /** A link was clicked; `url` is the real target, not the text that was shown for it. Absent: there are no links. */
  linkChosen?(url: string): void
  selected(text: string): void
  /** Keys that are the console's own; true: the terminal leaves the key alone. */
  ownKey(event: KeyboardEvent): boolean
}

export interface TerminalScreen {
  readonly element: HTMLElement
  readonly terminal: Terminal
  readonly search: SearchAddon
  /** Puts the screen on the page and fits it. Returns the function that takes it off, without losing anything. */
  show(container: HTMLElement): () => void
  look(look: TerminalLook): void
  dispose(): void
}

/** OSC commands that a machine has no business with here: titles (0, 1, 2), notifications (9, 777), clipboard (52), files and images (1337). */
const refusedOsc = [0, 1, 2, 9, 52, 777, 1337]
const hyperlinkOsc = 8

/** Software rendering through WebGL is slower than the DOM; only a real GPU is worth its atlas. */
function hasGpu(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (!gl) return false
  const facts = gl.getExtension('WEBGL_debug_renderer_info')
  const renderer = facts ? String(gl.getParameter(facts.UNMASKED_RENDERER_WEBGL)) : ''
  gl.getExtension('WEBGL_lose_context')?.loseContext()
  return !/swiftshader|llvmpipe|software|basic render/i.test(renderer)
}
let gpu: boolean | undefined

export function createScreen(look: TerminalLook, size: { cols: number; rows: number } | undefined, events: ScreenEvents): TerminalScreen {
  const element = document.createElement('div')
  element.style.height = '100%'
  const terminal = new Terminal({
    ...look,
    ...size,
    // Marks of search results are "proposed" API in xterm.js 6.
    allowProposedApi: true,
    cursorBlink: true,
    // Underscores and descenders are cut off where the font is taller than its own line.
    lineHeight: 1.15,
    minimumContrastRatio: 4.5,
    macOptionIsMeta: true,
    // Hyperlinks (OSC 8) can show one address and lead to another: the question names the target.
    linkHandler: { activate: (_event, url) => events.linkChosen?.(url), allowNonHttpProtocols: false },
    logLevel: 'off',
    // Each report or change of the window stays off; listed so that a change of xterm's defaults changes nothing here.
    windowOptions: {},
  })
  const refused = events.linkChosen ? refusedOsc : [...refusedOsc, hyperlinkOsc]
  for (const command of refused) terminal.parser.registerOscHandler(command, () => true)
  // DCS: sixel and other images are not known to xterm.js without its add-on, which is not loaded.
  const fit = new FitAddon()
  const search = new SearchAddon({ highlightLimit: 1000 })
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  if (events.linkChosen) terminal.loadAddon(new WebLinksAddon((_event, url) => events.linkChosen?.(url)))
  terminal.attachCustomKeyEventHandler((event) => !events.ownKey(event))

  const encoder = new TextEncoder()
  terminal.onData((text) => events.typed(encoder.encode(text)))
  // Mouse reports of old programs: one byte per character.
  terminal.onBinary((text) => events.typed(Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff)))
  terminal.onResize(({ cols, rows }) => events.resized({ cols, rows }))
  terminal.onSelectionChange(() => {
    if (terminal.hasSelection()) events.selected(terminal.getSelection())
  })

  let isOpen = false
  return {
    element,
    terminal,
    search,
    show(container) {
      container.append(element)
      if (!isOpen) terminal.open(element)
      isOpen = true
      gpu ??= hasGpu()
      let webgl: WebglAddon | undefined
      if (gpu) {
        try {
          webgl = new WebglAddon()
          // A lost context (sleep, a driver's restart) would leave a black square; the DOM draws on.
          webgl.onContextLoss(() => {
            webgl?.dispose()
            webgl = undefined
          })
          terminal.loadAddon(webgl)
        } catch {
          webgl = undefined
        }
      }
      const observer = new ResizeObserver(() => {
        if (element.clientWidth > 0 && element.clientHeight > 0) fit.fit()
      })
      observer.observe(container)
      fit.fit()
      return () => {
        observer.disconnect()
        // A browser has few GPU contexts; a tab that is not seen needs none.
        webgl?.dispose()
        element.remove()
      }
    },
    look(next) {
      terminal.options = { ...next }
      if (element.isConnected) fit.fit()
    },
    dispose() {
      terminal.dispose()
      element.remove()
    },
  }
}
