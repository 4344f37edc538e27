/** One write at a time for each policy: it is replaced as a whole, so two at once would undo one another. */
export type Locks = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

export function createLocks(): Locks {
  const last = new Map<string, Promise<unknown>>()
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work)
    const quiet = turn.catch(() => undefined)
    last.set(key, quiet)
    void quiet.finally(() => {
      if (last.get(key) === quiet) last.delete(key)
    })
    return turn
  }
}
