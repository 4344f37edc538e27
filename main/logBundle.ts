/** A log as a file that proves itself (docs/log-format.md): how it is made of its parts, and what is wrong with one. */
import { bundleLines } from '../gateway/log/bundle.ts'
import { verifyBundle } from '../gateway/verify.ts'
import type { SignedCheckpoint } from './providers/provider.ts'

export interface BundleParts {
  origin: string
  size: number
  signed: SignedCheckpoint
  /** Hashes of the tree's level 8 × `level`. */
  hashes: (level: number, position: number, count: number) => Promise<readonly Buffer[]>
  /** From the leaf `from` on, before `to`. */
  leaves: (from: number, to: number) => Promise<string[]>
}

/** The file, a piece at a time. */
export async function* bundleOf({ origin, size, signed, hashes, leaves }: BundleParts): AsyncGenerator<Uint8Array> {
  const source = { origin, size, signed: { publicKey: signed.publicKey, checkpoint: signed.note }, read: hashes, leaves }
  for await (const lines of bundleLines(source)) if (lines.length > 0) yield Buffer.from(`${lines.join('\n')}\n`)
}

/** Reads as far as it has to, and leaves the rest. `size` is absent when the log has no key, which proves nothing; anything else that is wrong is told. */
export async function judgeBundle(chunks: AsyncIterable<Uint8Array>): Promise<{ size?: number } | { wrong: string }> {
  const verdict = await verifyBundle(chunks)
  if (verdict.verified) return { size: verdict.size }
  return verdict.why === 'unsigned' ? {} : { wrong: verdict.why }
}
