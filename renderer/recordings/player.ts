/**
 * Plays a recording on a terminal: fetches its events a slice at a time, and keeps pictures of the screen on the way, so that going back need not begin
 * at the beginning. It lives beside React.
 */
import type { CastEvent, Output } from '../../preload/contract.ts'
import { advance } from './timeline.ts'

/** What it plays on. */
export interface Stage {
  /** Resolves when it is drawn into the terminal's memory. */
  write(text: string): Promise<void>
  resize(size: { cols: number; rows: number }): void
  /** Everything that is on it, as text that draws it again. */
  picture(): string
  clear(size: { cols: number; rows: number }): void
}

export interface PlayerState {
  atMs: number
  isPlaying: boolean
  /** On its way to another place. */
  isSeeking: boolean
  speed: number
  skipsPauses: boolean
  /** What went wrong with reading on. */
  error?: unknown
}

export interface Player {
  readonly state: () => PlayerState
  readonly subscribe: (listener: () => void) => () => void
  play(): void
  pause(): void
  seek(toMs: number): Promise<void>
  change(part: Partial<Pick<PlayerState, 'speed' | 'skipsPauses'>>): void
  /** One more picture of time; called for each frame while it is shown. */
  frame(nowMs: number): void
  dispose(): void
}

interface PlayerInput {
  stage: Stage
  read(from: string | undefined): Promise<Output<'recordings.read'>>
  size: { cols: number; rows: number }
  durationMs: number
}

interface Slice {
  events: CastEvent[]
  from: string | undefined
  next: string | undefined
}

/** A place to begin at: a screen, and the event after it. */
interface Picture {
  atMs: number
  drawn: string
  size: { cols: number; rows: number }
  from: string | undefined
  index: number
}

const pictureEveryChars = 400_000
const mostPictures = 60
/** What is written to the terminal at once; more would hold the window. */
const writeChars = 64_000

export function createPlayer(input: PlayerInput): Player {
  const { stage, size, durationMs } = input
  const listeners = new Set<() => void>()
  let state: PlayerState = { atMs: 0, isPlaying: false, isSeeking: false, speed: 1, skipsPauses: true }
  let slice: Slice | undefined
  let ahead: { from: string; slice: Promise<Slice> } | undefined
  let index = 0
  let shown = size
  let sincePicture = 0
  let pictureEvery = pictureEveryChars
  let pictures: Picture[] = [{ atMs: -1, drawn: '', size, from: undefined, index: 0 }]
  let lastFrameMs: number | undefined
  /** Raised by each seek: whatever ran before it stops. */
  let turn = 0
  let working: Promise<void> = Promise.resolve()
  let waiting = 0
  /** When the last event was that is on the stage. */
  let reachedMs = -1

  function become(part: Partial<PlayerState>): void {
    state = { ...state, ...part }
    for (const listener of listeners) listener()
  }

  async function fetchSlice(from: string | undefined): Promise<Slice> {
    const { events, next } = await input.read(from)
    return { events, from, next }
  }

  /** The next event, fetched if need be; undefined at the end. */
  async function peek(): Promise<CastEvent | undefined> {
    for (;;) {
      slice ??= await fetchSlice(undefined)
      const event = slice.events[index]
      if (event) return event
      const { next } = slice
      if (next === undefined) return undefined
      const following = ahead?.from === next ? ahead.slice : fetchSlice(next)
      ahead = undefined
      slice = await following
      index = 0
      if (slice.next !== undefined) ahead = { from: slice.next, slice: fetchSlice(slice.next) }
      ahead?.slice.catch(() => undefined)
    }
  }

  /** All that happened up to a moment, unless another seek begins. */
  async function runTo(toMs: number, mine: number): Promise<void> {
    for (;;) {
      const event = await peek()
      if (mine !== turn || !event || event.atMs > toMs) return
      if (event.kind === 'o') await writeOutput(toMs)
      else {
        index += 1
        reachedMs = event.atMs
        if (event.kind === 'r') resize(event.data)
      }
      if (mine !== turn) return
      if (state.isSeeking) become({ atMs: event.atMs })
    }
  }

  /** As much output as lies together and fits into one write. */
  async function writeOutput(toMs: number): Promise<void> {
    let text = ''
    let atMs = 0
    for (
      let event = slice?.events[index];
      event?.kind === 'o' && event.atMs <= toMs && text.length < writeChars;
      event = slice?.events[index]
    ) {
      text += event.data
      atMs = event.atMs
      index += 1
    }
    reachedMs = atMs
    await stage.write(text)
    sincePicture += text.length
    // Between two lines no control sequence is half read.
    if (sincePicture >= pictureEvery && text.endsWith('\n')) takePicture(atMs)
  }

  function resize(data: string): void {
    const [cols = 0, rows = 0] = data.split('x').map(Number)
    if (!(cols >= 1 && cols <= 1000 && rows >= 1 && rows <= 1000)) return
    shown = { cols, rows }
    stage.resize(shown)
  }

  function takePicture(atMs: number): void {
    sincePicture = 0
    if (!slice || pictures.some((picture) => picture.atMs >= atMs)) return
    pictures.push({ atMs, drawn: stage.picture(), size: shown, from: slice.from, index })
    if (pictures.length <= mostPictures) return
    pictures = pictures.filter((_, place) => place % 2 === 0)
    pictureEvery *= 2
  }

  async function restore(picture: Picture): Promise<void> {
    shown = picture.size
    sincePicture = 0
    reachedMs = picture.atMs
    stage.clear(shown)
    if (picture.drawn !== '') await stage.write(picture.drawn)
    if (slice?.from !== picture.from || !slice) slice = await fetchSlice(picture.from)
    index = picture.index
  }

  /** One thing at a time: what a new seek interrupts comes to its end first. */
  function inTurn(work: (mine: number) => Promise<void>): Promise<void> {
    const mine = turn
    waiting += 1
    const before = working
    working = (async () => {
      await before
      try {
        if (mine === turn) await work(mine)
      } catch (error) {
        become({ isSeeking: false, isPlaying: false, error })
      } finally {
        waiting -= 1
      }
    })()
    return working
  }

  function seek(toMs: number): Promise<void> {
    turn += 1
    const goalMs = Math.min(Math.max(0, toMs), durationMs)
    become({ isSeeking: true })
    return inTurn(async (mine) => {
      const best = pictures.findLast((picture) => picture.atMs <= goalMs)
      if (best && (goalMs < reachedMs || best.atMs > reachedMs)) await restore(best)
      await runTo(goalMs, mine)
      if (mine === turn) become({ atMs: goalMs, isSeeking: false })
    })
  }

  function step(byMs: number): Promise<void> {
    return inTurn(async (mine) => {
      const next = await peek()
      const atMs = advance({ atMs: state.atMs, endMs: durationMs, nextAtMs: next?.atMs, skipsPauses: state.skipsPauses }, byMs)
      await runTo(atMs, mine)
      if (mine === turn) become(atMs >= durationMs ? { atMs, isPlaying: false } : { atMs })
    })
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    play() {
      lastFrameMs = undefined
      become({ isPlaying: true })
      if (state.atMs >= durationMs) void seek(0)
    },
    pause: () => become({ isPlaying: false }),
    seek,
    change: (part) => become(part),
    frame(nowMs) {
      const elapsedMs = lastFrameMs === undefined ? 0 : nowMs - lastFrameMs
      lastFrameMs = nowMs
      // What takes longer than a frame is finished first; a window that was not shown does not leap.
      if (state.isPlaying && waiting === 0) void step(Math.min(elapsedMs, 250) * state.speed)
    },
    dispose() {
      turn += 1
      listeners.clear()
    },
  }
}
