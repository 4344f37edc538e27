/**
 * Reading a code from the screen, a picture or a text: what is going on, and what came of it. Lives beside React, so that a shortcut, the palette and
 * the inbox start and show the same. Pictures are kept only while the technician points at a part of one.
 */
import type { Failure, FoundIn, NoChallenge } from '../../../preload/contract.ts'
import type { Area } from './gray.ts'
import type { Decoded, Decoder } from './decoder.ts'
import { codesWithin, typedCode } from './ours.ts'
import { pictureFault, type PictureFault } from './pictureFile.ts'
import type { Captured, CaptureFault } from './screenCapture.ts'

/** Why there is no challenge to look at, each with words and a way out. `otherCode`: a code, but none of ours (F-70). */
export type NothingRead = 'noCode' | 'otherCode' | 'tooSlow' | 'broken' | CaptureFault | PictureFault | NoChallenge

export type ReadingState =
  | { at: 'rest' }
  | { at: 'picking' }
  | { at: 'looking'; sinceMs: number }
  | { at: 'decoding' }
  /** Nothing was found in `still`: the technician may point at the part with the code. `missed`: and did, in vain. */
  | { at: 'pointing'; still: ImageBitmap; foundIn: FoundIn; missed: boolean }
  | { at: 'found'; count: number; others: readonly NoChallenge[] }
  | { at: 'nothing'; why: NothingRead }
  | { at: 'failed'; failure: Failure }

/** What main said to each text. */
export type HandOver = (texts: string[], foundIn: FoundIn) => Promise<readonly ({ ok: true } | { ok: false; why: NoChallenge })[]>

export interface ReadingDeps {
  decoder: Pick<Decoder, 'decode'>
  handOver: HandOver
  failureOf: (error: unknown) => Failure
  readScreen: (signal: AbortSignal, onStart: () => void) => Promise<Captured>
  /** Decodes a picture whose size was looked at, or cuts a part of one. */
  toBitmap: (picture: Blob | ImageBitmap, area?: Area) => Promise<ImageBitmap>
  nowMs: () => number
}

export interface Reading {
  state: () => ReadingState
  subscribe: (listener: () => void) => () => void
  fromScreen: () => Promise<void>
  fromPicture: (file: Blob, foundIn: 'clipboard' | 'image') => Promise<void>
  /** What was typed, or pasted as text. */
  fromText: (text: string, foundIn: 'clipboard' | 'typed') => Promise<void>
  /** A part of the picture of state `pointing`, in its pixels. */
  fromArea: (area: Area) => Promise<void>
  /** Ends whatever is going on, and forgets its picture and its words. */
  stop: () => void
}

export function createReading({ decoder, handOver, failureOf, readScreen, toBitmap, nowMs }: ReadingDeps): Reading {
  const listeners = new Set<() => void>()
  let state: ReadingState = { at: 'rest' }
  let running: AbortController | undefined

  const become = (next: ReadingState): void => {
    if (state.at === 'pointing' && !(next.at === 'pointing' && next.still === state.still)) state.still.close()
    state = next
    for (const listener of listeners) listener()
  }
  const nothing = (why: NothingRead): void => become({ at: 'nothing', why })

  const tell = async (texts: string[], foundIn: FoundIn): Promise<void> => {
    const results = await handOver(texts, foundIn)
    const others = results.flatMap((result) => (result.ok ? [] : [result.why]))
    const count = results.length - others.length
    if (count > 0) become({ at: 'found', count, others })
    else nothing(others[0] ?? 'notAChallenge')
  }
  /** One at a time: what is started ends what was going on. `run` gets the state only while it is still the one. */
  const begin = async (run: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    running?.abort()
    const mine = new AbortController()
    running = mine
    try {
      await run(mine.signal)
    } catch (error) {
      if (!mine.signal.aborted) become({ at: 'failed', failure: failureOf(error) })
    } finally {
      if (running === mine) running = undefined
    }
  }
  const take = async (decoded: Decoded, foundIn: FoundIn, still: () => Promise<ImageBitmap>, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return
    if (!decoded.ok) return nothing(decoded.why)
    const { texts, others, blank } = decoded.scanned
    if (texts.length > 0) return tell(texts, foundIn)
    if (others > 0) return nothing('otherCode')
    if (blank) return nothing('noCode')
    const picture = await still()
    if (signal.aborted) picture.close()
    else become({ at: 'pointing', still: picture, foundIn, missed: false })
  }

  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    fromScreen: () =>
      begin(async (signal) => {
        become({ at: 'picking' })
        const captured = await readScreen(signal, () => become({ at: 'looking', sinceMs: nowMs() }))
        if (signal.aborted) {
          if (captured.ok) captured.seen.still?.close()
          return
        }
        if (!captured.ok) return nothing(captured.why)
        const { texts, others, still } = captured.seen
        if (texts.length > 0) return tell(texts, 'screen')
        if (others > 0 || !still) {
          still?.close()
          return nothing(others > 0 ? 'otherCode' : 'noCode')
        }
        become({ at: 'pointing', still, foundIn: 'screen', missed: false })
      }),
    fromPicture: (file, foundIn) =>
      begin(async (signal) => {
        become({ at: 'decoding' })
        const fault = await pictureFault(file)
        if (signal.aborted) return
        if (fault) return nothing(fault)
        await take(await decoder.decode(file, 'still'), foundIn, () => toBitmap(file), signal)
      }),
    fromText: (text, foundIn) =>
      begin(async () => {
        const typed = typedCode(text)
        const texts = typed === undefined ? codesWithin(text).slice(0, 8) : [typed]
        if (texts.length === 0) return nothing('notAChallenge')
        become({ at: 'decoding' })
        await tell(texts, foundIn)
      }),
    fromArea: async (area) => {
      if (state.at !== 'pointing') return
      const { still, foundIn } = state
      await begin(async (signal) => {
        const decoded = await decoder.decode(await toBitmap(still, area), 'still')
        if (signal.aborted || state.at !== 'pointing') return
        if (!decoded.ok) return nothing(decoded.why)
        if (decoded.scanned.texts.length > 0) return tell(decoded.scanned.texts, foundIn)
        if (decoded.scanned.others > 0) return nothing('otherCode')
        become({ at: 'pointing', still, foundIn, missed: true })
      })
    },
    stop: () => {
      running?.abort()
      running = undefined
      become({ at: 'rest' })
    },
  }
}
