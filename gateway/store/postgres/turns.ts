/** One at a time, in the order in which they came. */
import { StoreBusy } from './storeBusy.ts'

export interface Turns {
  /** Answers, when it is one's turn, the function that ends it. Throws StoreBusy after too long a wait. */
  next(): Promise<() => void>
}

export function createTurns(longestWaitMs: number): Turns {
  const waiting: (() => void)[] = []
  let isTaken = false

  /** Ends one turn, once. */
  function ender(): () => void {
    let isEnded = false
    return () => {
      if (isEnded) return
      isEnded = true
      const go = waiting.shift()
      if (go === undefined) isTaken = false
      else go()
    }
  }

  return {
    async next() {
      if (!isTaken) {
        isTaken = true
        return ender()
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(resolve), 1)
        reject(new StoreBusy('too many transactions wait'))
      }, longestWaitMs)
      waiting.push(resolve)
      await promise.finally(() => clearTimeout(timer))
      return ender()
    },
  }
}
