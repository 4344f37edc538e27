/** A window that is coming up has the computer for itself until it has drawn its first list (docs/decisions/0014-window-first.md). */

/** How long it takes a window to draw its first list, after that was answered. */
export const drawingMs = 400
/** A window that asks for no list by then is no reason to wait. */
const listWaitMs = 2000

export interface Start {
  /** When what the first picture does not need may begin. */
  readonly isDrawn: Promise<void>
  /** A call was answered. */
  answered(call: unknown): void
  /** Nothing waits any longer. */
  end(): void
}

/** `windowFirst` false: there is no window, and nothing to wait for. */
export function createStart(windowFirst: boolean): Start {
  const { promise: isDrawn, resolve: end } = Promise.withResolvers<void>()
  let timer = windowFirst ? setTimeout(end, listWaitMs) : undefined
  timer?.unref()
  if (!windowFirst) end()
  let isListed = false
  return {
    isDrawn,
    answered(call) {
      if (isListed || call !== 'machines.list') return
      isListed = true
      clearTimeout(timer)
      timer = setTimeout(end, drawingMs)
      timer.unref()
    },
    end() {
      clearTimeout(timer)
      end()
    },
  }
}
