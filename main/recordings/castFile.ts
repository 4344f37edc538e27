/** A recording's file in this thread: output as lines of a cast. A letter that comes in two pieces is written when it is whole. */
import { StringDecoder } from 'node:string_decoder'
import { eventLine } from './cast.ts'
import type { OpenRecordingFile } from './recordingFile.ts'
import { createWriter } from './writer.ts'

export const openCastFile: OpenRecordingFile = (file, key, begun) => {
  const decoder = new StringDecoder('utf8')
  const writer = createWriter(file, key, begun)
  let lastMs = 0

  function write(atMs: number, kind: 'o' | 'r' | 'm', data: string): void {
    lastMs = atMs
    if (data !== '') writer.write(eventLine({ atMs, kind, data }))
  }

  return {
    output: (atMs, bytes) => write(atMs, 'o', decoder.write(bytes)),
    note(atMs, kind, data) {
      write(atMs, 'o', decoder.end())
      write(atMs, kind, data)
    },
    end(end, lasted) {
      write(lastMs, 'o', decoder.end())
      writer.end(end, lasted)
    },
    written: writer.written,
  }
}
