/**
 * A terminal's bytes towards the window. What comes alone goes at once, so that a key is echoed without delay; under a flood bytes are
 * gathered for a few milliseconds, and never more than the window has worked off.
 */
import type { PipeEnd } from '../../ports.ts'

const gatherMs = 8
const gatherBytes = 64 * 1024

export interface Pump {
  push(bytes: Buffer): void
  /** Resolves when everything is on its way, or the pipe has ended. */
  drained(): Promise<void>
}

/** `taken` is told how many bytes the pipe has taken over, so that the machine may send as many again. */
export function createPump(pipe: Pick<PipeEnd, 'write'>, clock: { monotonicMs(): number }, taken: (bytes: number) => void): Pump {
  let waiting: Buffer[] = []
  let waitingBytes = 0
  let writing = false
  let timer: NodeJS.Timeout | undefined
  let lastMs = -Infinity
  let whenIdle: (() => void)[] = []

  function idle(): void {
    for (const tell of whenIdle) tell()
    whenIdle = []
  }

  async function write(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = true
    try {
      while (waitingBytes > 0) {
        const bytes = waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting)
        waiting = []
        waitingBytes = 0
        lastMs = clock.monotonicMs()
        await pipe.write(bytes)
        taken(bytes.length)
        // More came while the window was busy: it is written in one piece.
      }
    } catch {
      // The pipe has ended; its owner hears of that elsewhere.
      waiting = []
      waitingBytes = 0
    } finally {
      writing = false
      idle()
    }
  }

  return {
    push(bytes) {
      waiting.push(bytes)
      waitingBytes += bytes.length
      if (writing) return
      const sinceMs = clock.monotonicMs() - lastMs
      if (sinceMs >= gatherMs || waitingBytes >= gatherBytes) void write()
      else timer ??= setTimeout(() => void write(), gatherMs - sinceMs)
    },
    async drained() {
      if (timer) void write()
      if (writing) await new Promise<void>((resolve) => whenIdle.push(resolve))
    },
  }
}
