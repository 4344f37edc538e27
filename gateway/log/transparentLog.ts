/** What the gateway answers about its log, for witnesses and for those who check it: checkpoints, proofs, and the whole log as a bundle. */
import type { KeyObject } from 'node:crypto'
import { toEvent, toLeaf } from '../auditRow.ts'
import type { Checkpointed, ConsistencyProof, InclusionProof, LogEntries } from '../contract/log.ts'
import { GatewayProblem } from '../problems.ts'
import type { Store } from '../store/database.ts'
import type { AuditEventRow } from '../store/tables.ts'
import { bundleLines } from './bundle.ts'
import { signCheckpoint } from './checkpoint.ts'
import { formatKey, rawPublicKey } from './note.ts'
import { consistencyRanges, inclusionRanges } from './proofs.ts'
import type { LeafRange } from './proofs.ts'
import { rangeRoot } from './tiles.ts'
import { hashReader, readFrontier } from './treeStore.ts'
import { rootOf } from './tree.ts'

export interface TransparentLog {
  checkpoint(): Promise<Checkpointed>
  entries(from: number, to: number): Promise<LogEntries>
  /** Throws GatewayProblem invalidInput for a leaf or a size that the log has not reached. */
  inclusion(index: number, size: number): Promise<InclusionProof>
  consistency(from: number, to: number): Promise<ConsistencyProof>
  /** The bundle's lines, each ended, some at a time. */
  bundle(): AsyncGenerator<string>
}

const entriesAtOnce = 1000

/** `key` is asked for whenever something is signed; without one the log says that it is unsigned, and works as ever. */
export function createTransparentLog(store: Store, key: () => Promise<KeyObject | undefined>): TransparentLog {
  const read = hashReader(store)
  let origin: string | undefined

  /** The store's name for itself: the log stays the same log when its gateway gets another key. */
  async function originOf(): Promise<string> {
    origin ??= `gatehouse/${(await store.selectFrom('store').select('storeId').executeTakeFirstOrThrow()).storeId}`
    return origin
  }

  async function checkpoint(): Promise<Checkpointed> {
    const name = await originOf()
    const frontier = await readFrontier(store)
    const { size } = frontier
    const root = rootOf(frontier)
    const told = { origin: name, size, root: root.toString('base64') }
    const privateKey = await key()
    if (privateKey === undefined) return told
    return {
      ...told,
      publicKey: formatKey({ name, publicKey: rawPublicKey(privateKey) }),
      checkpoint: signCheckpoint({ origin: name, size, root }, privateKey),
    }
  }

  async function rowsOf(from: number, to: number): Promise<AuditEventRow[]> {
    return await store.selectFrom('audit').selectAll().where('seq', '>', from).where('seq', '<=', to).orderBy('seq').execute()
  }

  async function leaves(from: number, to: number): Promise<string[]> {
    return (await rowsOf(from, to)).map(toLeaf)
  }

  async function proofOf(ranges: readonly LeafRange[]): Promise<string[]> {
    const proof: string[] = []
    for (const range of ranges) proof.push((await rangeRoot(read, range)).toString('base64'))
    return proof
  }

  async function refuseBeyond(size: number, field: string): Promise<void> {
    const reached = (await readFrontier(store)).size
    if (size > reached) throw new GatewayProblem('invalidInput', { field, reason: 'tooLarge', allowed: String(reached) })
  }

  return {
    checkpoint,
    async entries(from, to) {
      return { from, entries: (await rowsOf(from, Math.min(to, from + entriesAtOnce))).map(toEvent) }
    },
    async inclusion(index, size) {
      await refuseBeyond(size, 'size')
      if (index >= size) throw new GatewayProblem('invalidInput', { field: 'index', reason: 'tooLarge', allowed: String(size - 1) })
      const leaf = await rangeRoot(read, { start: index, end: index + 1 })
      return { index, size, leaf: leaf.toString('base64'), proof: await proofOf(inclusionRanges(index, size)) }
    },
    async consistency(from, to) {
      await refuseBeyond(to, 'to')
      if (from > to) throw new GatewayProblem('invalidInput', { field: 'from', reason: 'tooLarge', allowed: String(to) })
      return { from, to, proof: await proofOf(consistencyRanges(from, to)) }
    },
    async *bundle() {
      const { size, checkpoint: note, publicKey, ...told } = await checkpoint()
      const signed = note === undefined || publicKey === undefined ? {} : { signed: { publicKey, checkpoint: note } }
      for await (const lines of bundleLines({ origin: told.origin, size, ...signed, read, leaves })) yield `${lines.join('\n')}\n`
    },
  }
}
