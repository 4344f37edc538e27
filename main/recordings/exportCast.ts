/** A recording as an asciicast v2 file that any player takes. It is not encrypted any more: the person was asked. */
import { fileFailure, writeAtomically } from '../atomicFile.ts'
import { headerLine } from './cast.ts'
import type { OpenRecording } from './reader.ts'

/** Throws CallError file. What can be read of a damaged one is written. */
export async function exportCast({ about, chunks }: Pick<OpenRecording, 'about' | 'chunks'>, path: string): Promise<void> {
  try {
    await writeAtomically(path, async (write) => {
      await write(headerLine({ ...about, title: about.machineName }))
      for await (const { text } of chunks()) await write(text)
    })
  } catch (error) {
    throw fileFailure(error, path)
  }
}
