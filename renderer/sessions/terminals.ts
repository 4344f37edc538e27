/**
 * The terminals of the open sessions. They live beside React: a tab that is not in front keeps its screen, its scrollback and its
 * place in the pipe.
 */
import { bridge } from '../bridge.ts'
import { readTerminal } from '../challenges/reading/fromTerminal.ts'
import { call } from '../door.ts'
import { openTerminals } from './openTerminals.ts'
import { joinPipe } from './pipe.ts'
import { createScreen, type TerminalScreen } from './screen.ts'
import { lastTerminalSize, noteTerminalSize } from './terminalSize.ts'
import type { TerminalLook } from './terminalLook.ts'

export interface SessionTerminal {
  screen: TerminalScreen
  /** What the view in front wants to know; replaced when another view takes over. */
  listen(listener: TerminalListener | undefined): void
}

export interface TerminalListener {
  linkChosen(url: string): void
  selected(text: string): void
  ownKey(event: KeyboardEvent): boolean
}

/** The session's terminal; made and joined to its pipe the first time. */
export function terminalOf(sessionId: string, look: TerminalLook): SessionTerminal {
  const known = openTerminals.get(sessionId)
  if (known) return known
  let listener: TerminalListener | undefined
  let resizing: ReturnType<typeof setTimeout> | undefined
  const screen = createScreen(look, lastTerminalSize(), {
    typed: (bytes) => pipe.send(bytes),
    resized: (size) => {
      noteTerminalSize(size)
      clearTimeout(resizing)
      // While a window's edge is dragged, programs on the machine redraw once, not fifty times.
      resizing = setTimeout(() => {
        // A session that ended meanwhile needs no size.
        call('sessions.resize', { sessionId, ...size }).catch(() => undefined)
      }, 60)
    },
    linkChosen: (url) => listener?.linkChosen(url),
    selected: (text) => listener?.selected(text),
    ownKey: (event) => listener?.ownKey(event) ?? false,
  })
  const pipe = joinPipe(bridge, sessionId, {
    write: (bytes, drawn) => screen.terminal.write(bytes, drawn),
    ended: () => {
      screen.terminal.options.disableStdin = true
      screen.terminal.options.cursorBlink = false
    },
  })
  const leaveCodes = readTerminal(sessionId, screen.terminal)
  const made = {
    screen,
    listen: (next: TerminalListener | undefined) => void (listener = next),
    close() {
      leaveCodes()
      pipe.leave()
      screen.dispose()
    },
  }
  openTerminals.set(sessionId, made)
  return made
}

/**
 * A session from before this page was loaded: main keeps no screens, so what was on it is gone. A changed size makes programs, and a
 * shell's prompt, draw themselves again.
 */
export function redrawOld({ sessionId, startedAt }: { sessionId: string; startedAt: string }, screen: TerminalScreen): void {
  if (Date.parse(startedAt) > performance.timeOrigin || redrawn.has(sessionId)) return
  redrawn.add(sessionId)
  const { cols, rows } = screen.terminal
  const say = (size: { cols: number; rows: number }) => call('sessions.resize', { sessionId, ...size }).catch(() => undefined)
  void say({ cols, rows: Math.max(2, rows - 1) }).then(() => setTimeout(() => void say({ cols, rows }), 120))
}
const redrawn = new Set<string>()
