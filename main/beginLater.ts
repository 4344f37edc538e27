/**
 * Begins with what is still coming, unless it was ended before; answers what ends it. That it never comes is for somebody else to tell.
 */
export function beginLater<Coming>(coming: Promise<Coming>, begin: (it: Coming) => () => void): () => void {
  let isStopped = false
  const begun = coming.then(
    (it) => (isStopped ? undefined : begin(it)),
    () => undefined,
  )
  return () => {
    isStopped = true
    void begun.then((stop) => stop?.())
  }
}
