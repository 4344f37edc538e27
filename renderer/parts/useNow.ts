import { useSyncExternalStore } from 'react'

const everyMs = 30_000
let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** The same function at every render: a new one would be left and joined each time, and the first to join sets the time. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === undefined) now = Date.now()
  timer ??= setInterval(() => {
    now = Date.now()
    for (const one of listeners) one()
  }, everyMs)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time, renewed twice a minute while somebody looks. Not for deadlines: those count down from what main measured. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}
