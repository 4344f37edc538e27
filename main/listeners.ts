/** A list of listeners. One that throws does not keep the others from hearing. */
export interface Listeners<Event> {
  /** Returns the function that stops listening. */
  listen(listener: (event: Event) => void): () => void
  tell(event: Event): void
}

export function createListeners<Event>(): Listeners<Event> {
  const listeners = new Set<(event: Event) => void>()
  return {
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell(event) {
      const errors: unknown[] = []
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          errors.push(error)
        }
      }
      if (errors.length > 0) throw new AggregateError(errors, 'a listener failed')
    },
  }
}
