/**
 * A recording's file (docs/recordings.md): a beginning with the wrapped key, then frames. The first frame's chunk is what the recording is of, the last
 * one's how it ended, those between are lines of the cast. Nothing in it can be read without the key but its size and the recording's id.
 */
import { z } from 'zod'
import { RecordingEnd } from '../../preload/contract/recordings.ts'
import { type FileKey, newFileKey, prefixBytes, tagBytes, unwrapKey, wrapKey, wrappedBytes } from './seal.ts'

export const fileEnding = '.ghrec'
const magic = Buffer.from('GHREC')
const version = 1
const idBytes = 16
/** What the wrapped key is bound to. */
const boundBytes = magic.length + 1 + idBytes + prefixBytes
export const preambleBytes = boundBytes + wrappedBytes

/** Whose terminal it is. `cols` and `rows` are the size that it began with. */
export const About = z.object({
  machineId: z.string(),
  machineName: z.string(),
  user: z.string(),
  grantId: z.string(),
  sessionId: z.string(),
  startedAt: z.iso.datetime(),
  cols: z.number(),
  rows: z.number(),
})
export type About = z.infer<typeof About>

export const Ending = z.object({ end: RecordingEnd, durationMs: z.number(), pausedMs: z.number() })
export type Ending = z.infer<typeof Ending>

export function newPreamble(recordingId: string, master: Buffer): { fileKey: FileKey; preamble: Buffer } {
  const fileKey = newFileKey()
  const bound = Buffer.concat([magic, Buffer.from([version]), idOf(recordingId), fileKey.prefix])
  return { fileKey, preamble: Buffer.concat([bound, wrapKey(master, fileKey.key, bound)]) }
}

/** The file's key, or why there is none. A file under another recording's name is damaged. */
export function readPreamble(recordingId: string, master: Buffer, preamble: Buffer): FileKey | 'otherKey' | 'newer' | 'damaged' {
  if (preamble.length < preambleBytes || !preamble.subarray(0, magic.length).equals(magic)) return 'damaged'
  if (preamble.readUInt8(magic.length) > version) return 'newer'
  const bound = preamble.subarray(0, boundBytes)
  if (!bound.subarray(magic.length + 1, magic.length + 1 + idBytes).equals(idOf(recordingId))) return 'damaged'
  const key = unwrapKey(master, preamble.subarray(boundBytes, preambleBytes), bound)
  return key ? { key, prefix: bound.subarray(-prefixBytes) } : 'otherKey'
}

const idOf = (recordingId: string) => Buffer.from(recordingId.replaceAll('-', ''), 'hex')

/** A frame: four bytes of length, of which the first bit says "last", and the sealed chunk. */
export const frameHeadBytes = 4
const lastBit = 0x8000_0000
const mostSealedBytes = 8 * 1024 * 1024
/** Behind the last frame, so that a list need not read what is before it: the last chunk's length and index. */
export const trailerBytes = 8

export function frameOf(sealed: Buffer, index: number, isLast: boolean): Buffer {
  const head = Buffer.alloc(frameHeadBytes)
  head.writeUInt32BE((sealed.length + (isLast ? lastBit : 0)) >>> 0)
  return isLast ? Buffer.concat([head, sealed, trailerOf(sealed.length, index)]) : Buffer.concat([head, sealed])
}

export function trailerOf(sealedBytes: number, index: number): Buffer {
  const trailer = Buffer.alloc(trailerBytes)
  trailer.writeUInt32BE(sealedBytes)
  trailer.writeUInt32BE(index, 4)
  return trailer
}

/** Undefined: no frame begins like this. */
export function readFrameHead(head: Buffer): { sealedBytes: number; isLast: boolean } | undefined {
  const word = head.readUInt32BE()
  const isLast = word >= lastBit
  const sealedBytes = isLast ? word - lastBit : word
  return sealedBytes < tagBytes || sealedBytes > mostSealedBytes ? undefined : { sealedBytes, isLast }
}

export function readTrailer(trailer: Buffer): { sealedBytes: number; index: number } {
  return { sealedBytes: trailer.readUInt32BE(), index: trailer.readUInt32BE(4) }
}
