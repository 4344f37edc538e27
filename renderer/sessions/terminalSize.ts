/** The size of the terminal that was seen last: what a new session is started with, so that its first prompt fits. */

interface Size {
  cols: number
  rows: number
}

let last: Size | undefined

export function lastTerminalSize(): Size | undefined {
  return last
}

export function noteTerminalSize(size: Size): void {
  last = size
}
