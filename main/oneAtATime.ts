/**
 * Runs `work` never twice at once. Whoever asks while it runs gets one more run after it, together with all others who ask meanwhile: what is
 * under way may have missed what they ask for.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  async function start(): Promise<void> {
    const run = work()
    running = run
    try {
      await run
    } finally {
      running = undefined
    }
  }

  async function startAfter(before: Promise<void>): Promise<void> {
    await before.catch(() => undefined)
    next = undefined
    await start()
  }

  return () => {
    if (!running) return next ?? start()
    next ??= startAfter(running)
    return next
  }
}
