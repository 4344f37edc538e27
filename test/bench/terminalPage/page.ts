/** The window's own part of a terminal, its pipe and its screen, beside bare xterm.js in one page: which of the two is flooded is asked for. */
import '@xterm/xterm/css/xterm.css'
import { Terminal } from '@xterm/xterm'
import type { PipeFrame } from '../../../preload/contract.ts'
import { joinPipe } from '../../../renderer/sessions/pipe.ts'
import { createScreen } from '../../../renderer/sessions/screen.ts'
import { terminalLook } from '../../../renderer/sessions/terminalLook.ts'

export type Flood = (kind: 'ours' | 'bare', text: string) => Promise<number>

const highWaterBytes = 128 * 1024
const frameBytes = 64 * 1024
const look = terminalLook({ fontFamily: 'monospace', fontSize: 14, scrollback: 10_000, theme: 'light', copyOnSelect: false }, false)
const container = document.querySelector<HTMLElement>('#terminal') ?? document.body

/** What ours was fitted to; the bare one is as large. */
let size = { cols: 120, rows: 40 }

/** Milliseconds until all is drawn. Each terminal is made, flooded and taken away. */
const flood: Flood = async (kind, text) => {
  const bytes = new TextEncoder().encode(text)
  return kind === 'ours' ? await floodOurs(bytes) : await floodBare(bytes)
}
Object.assign(globalThis, { flood })

const painted = () => new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now())))

const nothing = (): void => undefined

/** Main's end of the pipe, with its rule: at most the high-water mark on the way, frames as large as main's. */
async function floodOurs(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const screen = createScreen(look, undefined, {
    typed: nothing,
    resized: nothing,
    linkChosen: nothing,
    selected: nothing,
    ownKey: () => false,
  })
  const hide = screen.show(container)
  size = { cols: screen.terminal.cols, rows: screen.terminal.rows }
  const drawn = Promise.withResolvers<void>()
  const startedMs = performance.now()
  let from = 0
  let onTheWay = 0
  let onFrame: ((frame: PipeFrame) => void) | undefined
  const pump = () => {
    while (from < bytes.length && onTheWay < highWaterBytes) {
      const part = bytes.slice(from, from + Math.min(frameBytes, highWaterBytes - onTheWay))
      from += part.length
      onTheWay += part.length
      onFrame?.({ kind: 'data', pipe: 'bench', bytes: part })
    }
    if (from >= bytes.length && onTheWay === 0) drawn.resolve()
  }
  const border = new MessageChannel()
  border.port1.addEventListener('message', pump)
  border.port1.start()
  const send = (frame: PipeFrame) => {
    if (frame.kind !== 'taken') return
    onTheWay -= frame.count
    // The border is asynchronous: what is sent arrives in a turn of its own.
    border.port2.postMessage(undefined)
  }
  const openPipe = (_pipe: string, listener: (frame: PipeFrame) => void) => {
    onFrame = listener
    return { send, leave: nothing }
  }
  joinPipe({ openPipe }, 'bench', { write: (part, done) => screen.terminal.write(part, done), ended: nothing })
  await drawn.promise
  const endedMs = await painted()
  hide()
  screen.dispose()
  return endedMs - startedMs
}

/** xterm.js alone, straight from memory, with the same high-water mark; as large as ours and with the same font. */
async function floodBare(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const terminal = new Terminal({ ...look, ...size })
  terminal.open(container)
  const drawn = Promise.withResolvers<void>()
  const startedMs = performance.now()
  let from = 0
  let onTheWay = 0
  const write = () => {
    while (from < bytes.length && onTheWay < highWaterBytes) {
      const part = bytes.slice(from, from + frameBytes)
      from += part.length
      onTheWay += part.length
      terminal.write(part, () => {
        onTheWay -= part.length
        write()
      })
    }
    if (from >= bytes.length && onTheWay === 0) drawn.resolve()
  }
  write()
  await drawn.promise
  const endedMs = await painted()
  terminal.dispose()
  container.replaceChildren()
  return endedMs - startedMs
}
