/** The stage of a replay: the same hostile-proof terminal as a live one, without links, input or a size of its own. */
import { SerializeAddon } from '@xterm/addon-serialize'
import type { SearchAddon } from '@xterm/addon-search'
import { createScreen } from '../sessions/screen.ts'
import type { TerminalLook } from '../sessions/terminalLook.ts'
import type { Stage } from './player.ts'

export interface ReplayScreen extends Stage {
  readonly search: SearchAddon
  /** Puts it on the page, as large as fits. Returns the function that takes it off. */
  show(container: HTMLElement): () => void
  look(look: TerminalLook): void
  dispose(): void
}

const nothing = () => undefined
const smallestFont = 5
/** What a picture has of what was scrolled away: enough to look back a little. */
const pictureScrollback = 200

export function createReplayScreen(first: TerminalLook, size: { cols: number; rows: number }): ReplayScreen {
  // What a recorded machine asks the terminal for is answered to nobody.
  const screen = createScreen(first, size, { typed: nothing, resized: nothing, selected: nothing, ownKey: () => true })
  const { terminal, element, search } = screen
  terminal.options.disableStdin = true
  terminal.options.cursorBlink = false
  const serialize = new SerializeAddon()
  terminal.loadAddon(serialize)
  let look = first
  let container: HTMLElement | undefined

  /** The recorded size is kept, so it is the letters that fit themselves to the place. */
  function fit(): void {
    const drawn = element.querySelector<HTMLElement>('.xterm-screen')
    if (!container || !drawn || drawn.clientWidth === 0) return
    const now = terminal.options.fontSize ?? look.fontSize ?? 14
    const { clientWidth, clientHeight } = container
    const room = Math.min(clientWidth / drawn.clientWidth, clientHeight / drawn.clientHeight)
    const wanted = Math.max(smallestFont, Math.min(look.fontSize ?? 14, Math.floor(now * room * 2) / 2))
    if (wanted !== now) terminal.options.fontSize = wanted
  }
  /** Letters are not as wide as their size says, so the first guess is looked at once more. */
  function fitSoon(): void {
    requestAnimationFrame(() => {
      fit()
      requestAnimationFrame(fit)
    })
  }

  return {
    search,
    write: (text) => new Promise((resolve) => terminal.write(text, resolve)),
    resize({ cols, rows }) {
      terminal.resize(cols, rows)
      fitSoon()
    },
    picture: () => serialize.serialize({ scrollback: pictureScrollback }),
    clear({ cols, rows }) {
      terminal.reset()
      terminal.resize(cols, rows)
      fitSoon()
    },
    show(place) {
      container = place
      place.append(element)
      terminal.open(element)
      const observer = new ResizeObserver(fitSoon)
      observer.observe(place)
      fitSoon()
      return () => {
        observer.disconnect()
        container = undefined
        element.remove()
      }
    },
    look(next) {
      look = next
      const { fontSize: _fontSize, ...rest } = next
      terminal.options = rest
      fitSoon()
    },
    dispose: () => screen.dispose(),
  }
}
