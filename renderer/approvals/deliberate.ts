/**
 * A click that decides must be meant (F-76): what appeared, moved or came into focus just now cannot be clicked yet. Otherwise a click or an
 * Enter that was on its way to something else would open a port.
 */
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react'

const settleMs = 500

/** Whether a person had the time to see what they click. */
export function isDeliberate(clickedAtMs: number, changedAtMs: number): boolean {
  return clickedAtMs - changedAtMs >= settleMs
}

/** Lets an act through only when nothing of `shown` has changed, and the window has not come into focus, for half a second. */
export function useDeliberate(shown: string): (act: () => void) => () => void {
  const changedAt = useRef(Number.POSITIVE_INFINITY)
  const seen = useRef<string>(undefined)
  useLayoutEffect(() => {
    if (seen.current === shown) return
    seen.current = shown
    changedAt.current = performance.now()
  }, [shown])
  useEffect(() => {
    const onFocus = (): void => {
      changedAt.current = performance.now()
    }
    window.addEventListener('focus', onFocus)
    document.addEventListener('visibilitychange', onFocus)
    return () => {
      window.removeEventListener('focus', onFocus)
      document.removeEventListener('visibilitychange', onFocus)
    }
  }, [])
  return useCallback(
    (act) => () => {
      if (isDeliberate(performance.now(), changedAt.current)) act()
    },
    [],
  )
}
