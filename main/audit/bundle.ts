/** A whole log as a signed bundle (AUD-5, docs/log-format.md): out of the copy on this computer where all of it is there, else as the gateway gives it. */
import type { WriteChunk } from '../atomicFile.ts'
import { CallError } from '../callError.ts'
import type { StoredEvents } from '../localStore.ts'
import { bundleOf, judgeBundle } from '../logBundle.ts'
import { leafHashOf, leafOf } from '../logLeaf.ts'
import type { Provider } from '../providers/provider.ts'
import type { SignedPoint } from './watchedLog.ts'
import type { LogWitness } from './witness.ts'

/**
 * Writes it, and answers how many events there are. It is verified as it is written: what would not verify elsewhere is not handed on. Throws CallError
 * `offline`, `badAnswer`, `notFound` (gateway: its log has no proofs), `cancelled`.
 */
export async function writeBundle(
  parts: { provider: Provider; events: StoredEvents; witness: Pick<LogWitness, 'look' | 'kept'> },
  write: WriteChunk,
  signal: AbortSignal,
  onProgress: (rows: number, of: number | undefined) => void,
): Promise<number> {
  const { provider, events, witness } = parts
  if (!provider.log) throw new CallError({ tag: 'notFound', what: 'gateway' })
  await witness.look(provider.id)
  const point = await witness.kept(provider.id)
  const isHere = point !== undefined && (await hasAll(events, provider.id, point))
  const source = isHere ? ownBundle(events, provider.id, point) : provider.log.bundle(signal)
  const of = point?.checkpoint.size

  let lines = 0
  async function* written(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      if (signal.aborted) throw new CallError({ tag: 'cancelled' })
      await write(chunk)
      lines += countLines(chunk)
      // Of 257 lines about one is of hashes; what is not yet known exactly may be told about.
      onProgress(Math.min(Math.max(0, Math.floor((lines * 256) / 257) - 2), of ?? Number.MAX_SAFE_INTEGER), of)
      yield chunk
    }
  }
  const chunks = written()
  const verdict = await judgeBundle(chunks)
  if ('wrong' in verdict) throw new CallError({ tag: 'badAnswer', provider: provider.id }, { cause: new Error(verdict.wrong) })
  while ((await chunks.next()).done !== true);
  return verdict.size ?? Math.max(0, lines - 2)
}

async function hasAll(events: StoredEvents, id: string, { checkpoint: { size, root } }: SignedPoint): Promise<boolean> {
  const { from, hashesFrom, have } = await events.extent(id)
  return size > 0 && from === 1 && hashesFrom === 1 && have >= size && (await events.root(id, size)) === root
}

function ownBundle(events: StoredEvents, id: string, { checkpoint, signed }: SignedPoint): AsyncGenerator<Uint8Array> {
  const { origin, size } = checkpoint
  const hashes = async (level: number, position: number, count: number) =>
    (await events.hashes(id, level, position, count)).map((hash) => Buffer.from(hash))
  async function leaves(from: number, to: number): Promise<string[]> {
    const [found, known] = await Promise.all([events.read(id, from + 1, to + 1), hashes(0, from, to - from)])
    const texts = found.map(leafOf)
    // The hashes are those of the checkpoint; an event that is not as they say was changed here, and is not for others.
    if (texts.length !== to - from || texts.some((text, index) => known[index]?.equals(leafHashOf(text)) !== true))
      throw new CallError({ tag: 'conflict', what: 'log' })
    return texts
  }
  return bundleOf({ origin, size, signed, hashes, leaves })
}

function countLines(chunk: Uint8Array): number {
  let count = 0
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) count += 1
  return count
}
