let isMarked = false

/** For whoever measures a start: the first rows are in the frame that follows. */
export function markShown(): void {
  if (isMarked) return
  isMarked = true
  requestAnimationFrame(() => performance.mark('machines.shown'))
}
