/** Reads files for import in a thread of their own, so that the window stays alive, and with bounded time and memory: they are anybody's. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { CallError } from '../callError.ts'
import type { FoundMachine, ReadImport } from '../machines/import/reading.ts'
import type { ImportTold } from './importWorker.ts'

/** The longest honest file takes about two seconds on a slow computer. */
const patienceMs = 20_000
const mostMegabytes = 1024

/** The worker's file: beside this module, as source or as built (dist/main/importWorker.mjs, an entry of the build). */
const workerFile = (beside: string = import.meta.url): string =>
  fileURLToPath(new URL(beside.endsWith('.ts') ? 'importWorker.ts' : 'importWorker.mjs', beside))

/** Throws CallError badFile or file; one that needs more time or memory than it may have is `file` tooHard. */
export function createImportReader(limits = { patienceMs, mostMegabytes }): ReadImport {
  return (job) =>
    new Promise((resolve, reject) => {
      const tooHard = (cause: unknown) => new CallError({ tag: 'file', path: job.file?.name ?? '', problem: 'tooHard' }, { cause })
      const worker = new Worker(workerFile(), {
        workerData: job,
        // Nothing of this process is its business.
        env: {},
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: limits.mostMegabytes },
      })
      const machines: FoundMachine[] = []
      const timer = setTimeout(() => {
        reject(tooHard(new Error('it took too long')))
        void worker.terminate()
      }, limits.patienceMs)
      worker.on('message', (told: ImportTold) => {
        if (told.kind === 'machines') {
          for (const machine of told.machines) machines.push(machine)
          // In a turn of its own, after whatever else waits.
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
          setImmediate(() => worker.postMessage('more'))
        } else if (told.kind === 'done') resolve({ ...told.reading, machines })
        else reject(new CallError(told.failure))
      })
      worker.once('error', (error: Error & { code?: unknown }) => {
        const isFull = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        reject(isFull ? tooHard(error) : error)
      })
      worker.once('exit', (code) => {
        clearTimeout(timer)
        // Of no use where something was told already.
        reject(new Error(`the import's thread ended with ${code}`))
      })
    })
}
