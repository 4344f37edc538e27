/**
 * A window or the screen, picked by the technician in the system's own picker: looked at until a code is found, for ten seconds at most. Pictures
 * live in memory alone, and every track is stopped whatever happens.
 */
import type { Decoder } from './decoder.ts'
import type { Effort, Scanned } from './scan.ts'

export interface Seen {
  texts: string[]
  others: number
  /** The last picture, for the technician to point at a part of it. Whoever gets it closes it. */
  still?: ImageBitmap
}

/** `denied`: cancelled in the picker, or forbidden by the system, which look the same to a page (F-73). `black`: a protected window. */
export type CaptureFault = 'denied' | 'noCapture' | 'black' | 'stopped' | 'broken'
export type Captured = { ok: true; seen: Seen } | { ok: false; why: CaptureFault }

const captureLimitMs = 10_000
/** What has been black for so long from the start is protected, and not on its way. */
const blackLimitMs = 4000

/** `onStart` is called when the picker is done and looking begins. An abort ends it at once, with `stopped`. */
export async function readScreen(decoder: Decoder, signal: AbortSignal, onStart: () => void): Promise<Captured> {
  const stream = await pick()
  if (typeof stream === 'string') return { ok: false, why: stream }
  const stop = (): void => {
    for (const track of stream.getTracks()) track.stop()
  }
  signal.addEventListener('abort', stop)
  try {
    // Stopped while the picker was open, which a page cannot close.
    if (signal.aborted) return { ok: false, why: 'stopped' }
    onStart()
    return await look(stream, decoder, signal)
  } finally {
    stop()
    signal.removeEventListener('abort', stop)
  }
}

async function pick(): Promise<MediaStream | 'denied' | 'noCapture'> {
  // Some hosts and systems have none at all, whatever the type says.
  const devices: Partial<MediaDevices> | undefined = navigator.mediaDevices
  if (!devices?.getDisplayMedia) return 'noCapture'
  try {
    return await devices.getDisplayMedia.call(navigator.mediaDevices, {
      // A code is found in one sharp picture; more only cost.
      video: { frameRate: 5 },
      audio: false,
      // This window itself: its terminals are read without any capture.
      selfBrowserSurface: 'exclude',
      monitorTypeSurfaces: 'include',
    })
  } catch (error) {
    // Chromium says the first when its picker is cancelled, Electron the second.
    return error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError') ? 'denied' : 'noCapture'
  }
}

async function look(stream: MediaStream, decoder: Decoder, signal: AbortSignal): Promise<Captured> {
  const video = document.createElement('video')
  video.muted = true
  video.srcObject = stream
  const endsAt = performance.now() + captureLimitMs
  const leftMs = (): number => endsAt - performance.now()
  let still: ImageBitmap | undefined
  /** What `still` was tried with; a window that does not change sends no second picture, and is looked at more closely instead. */
  let tried: Effort | undefined
  let last: Scanned | undefined
  let isBlack = true
  const tryStill = async (effort: Effort): Promise<CaptureFault | 'done' | undefined> => {
    if (!still) return undefined
    tried = effort
    const decoded = await decoder.decode(await createImageBitmap(still), effort)
    if (!decoded.ok) return decoded.why === 'tooSlow' ? undefined : 'broken'
    const { texts } = decoded.scanned
    last = { ...decoded.scanned, texts: [...new Set([...(last?.texts ?? []), ...texts])] }
    if (texts.length === 0) return undefined
    // A quick look that found one code may have passed over a second one, which must be shown as well (F-71).
    return effort === 'frame' ? ((await tryStill('still')) ?? 'done') : 'done'
  }
  try {
    await video.play().catch(() => undefined)
    let outcome: CaptureFault | 'done' | undefined
    while (!outcome && leftMs() > 0 && !signal.aborted && stream.active) {
      if (await nextFrame(video, Math.min(700, leftMs()))) {
        still?.close()
        still = await createImageBitmap(video)
        // By turns, so that a picture that never rests is looked at closely too.
        outcome = await tryStill(tried === 'frame' ? 'still' : 'frame')
      } else if (tried === 'frame') outcome = await tryStill('still')
      isBlack &&= last?.blank ?? true
      if (isBlack && captureLimitMs - leftMs() > blackLimitMs) break
    }
    // The last chance needs no more pictures.
    if (!outcome && tried === 'frame' && !signal.aborted) outcome = await tryStill('still')
    if (signal.aborted) return { ok: false, why: 'stopped' }
    if (!still || !last) return { ok: false, why: 'noCapture' }
    if (outcome === 'done') return { ok: true, seen: { texts: last.texts, others: last.others } }
    if (outcome || last.blank) return { ok: false, why: outcome ?? 'black' }
    const seen = { texts: [], others: last.others, still }
    still = undefined
    return { ok: true, seen }
  } finally {
    still?.close()
    video.srcObject = null
  }
}

/** Whether a frame has come. A window that does not change sends few. */
async function nextFrame(video: HTMLVideoElement, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const handle = video.requestVideoFrameCallback(() => resolve(true))
  const timer = setTimeout(() => resolve(false), timeoutMs)
  const came = await promise
  clearTimeout(timer)
  video.cancelVideoFrameCallback(handle)
  return came
}
