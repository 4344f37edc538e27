/** Reads files as the import does, with the checks of a real gateway and real sessions. */
import { CallError } from '../../../../main/callError.ts'
import { readImport } from '../../../../main/machines/import/read.ts'
import type { ImportJob, Reading } from '../../../../main/machines/import/reading.ts'
import { importChecks } from '../../../../main/platform/importChecks.ts'
import type { Failure } from '../../../../preload/contract.ts'

export function readFile(name: string, content: string | Uint8Array, told: Omit<ImportJob, 'file' | 'home'> = {}): Reading {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return readImport({ home: '/nowhere', file: { name, bytes }, ...told }, importChecks)
}

/** The failure that it throws; anything else that is thrown is a fault. */
export function failureOf(act: () => unknown): Failure {
  try {
    act()
  } catch (error) {
    if (error instanceof CallError) return error.failure
    throw error
  }
  throw new Error('nothing was thrown')
}

/** How long it took, in milliseconds. */
export function timed(act: () => unknown): number {
  const startedAt = performance.now()
  act()
  return performance.now() - startedAt
}
