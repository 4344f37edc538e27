/** The thread that reads a file for import, an entry of its own: one job, one reading in pieces, and it is over. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import type { Failure } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import { readImport } from '../machines/import/read.ts'
import type { FoundMachine, ImportJob, Reading } from '../machines/import/reading.ts'
import { importChecks } from './importChecks.ts'

/** What it tells, in this order: machines in pieces, then the rest; or why not. */
export type ImportTold =
  | { kind: 'machines'; machines: FoundMachine[] }
  | { kind: 'done'; reading: Omit<Reading, 'machines'> }
  | { kind: 'refused'; failure: Failure }

/** So few that taking them over does not hold the main thread, which says when it wants more. */
const atOnce = 1000

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const tell = (told: ImportTold): void => parentPort?.postMessage(told)

try {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- importThread.ts gives this and nothing else
  const job = workerData as ImportJob
  const { machines, ...reading } = readImport(job, importChecks)
  for (let at = 0; at < machines.length; at += atOnce) {
    tell({ kind: 'machines', machines: machines.slice(at, at + atOnce) })
    if (parentPort) await once(parentPort, 'message')
  }
  tell({ kind: 'done', reading })
} catch (error) {
  if (!(error instanceof CallError)) throw error
  tell({ kind: 'refused', failure: error.failure })
}
