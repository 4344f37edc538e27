import { useEffect, useState } from 'react'

/** `performance.now()`, brought up to date every `everyMs` while `isRunning`. */
export function useRunningClock(isRunning: boolean, everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => performance.now())
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(() => setNowMs(performance.now()), everyMs)
    return () => clearInterval(timer)
  }, [isRunning, everyMs])
  return nowMs
}
