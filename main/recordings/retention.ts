/** Which recordings go: first what is too old, then the oldest until the rest is small enough. Pure. */

export interface Kept {
  recordingId: string
  bytes: number
  /** When it was last written to. */
  atMs: number
}

export interface RetentionLimits {
  keepDays: number
  keepBytes: number
}

const dayMs = 86_400_000

/** `live` are being written: they stay, and count. */
export function whatGoes(
  all: readonly Kept[],
  { keepDays, keepBytes }: RetentionLimits,
  nowMs: number,
  live: ReadonlySet<string>,
): { recordingId: string; why: 'age' | 'size' }[] {
  const oldestFirst = all.toSorted((one, other) => one.atMs - other.atMs)
  const gone: { recordingId: string; why: 'age' | 'size' }[] = []
  let bytes = all.reduce((sum, one) => sum + one.bytes, 0)
  for (const { recordingId, bytes: own, atMs } of oldestFirst) {
    if (live.has(recordingId)) continue
    const isOld = nowMs - atMs > keepDays * dayMs
    if (!isOld && bytes <= keepBytes) continue
    gone.push({ recordingId, why: isOld ? 'age' : 'size' })
    bytes -= own
  }
  return gone
}
