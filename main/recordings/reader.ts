/** Reads a recording's file, chunk after chunk, and notices where it is not what was written. Nothing is ever in memory whole. */
import { open, type FileHandle } from 'node:fs/promises'
import {
  About,
  Ending,
  frameHeadBytes,
  preambleBytes,
  readFrameHead,
  readPreamble,
  readTrailer,
  trailerBytes,
  trailerOf,
} from './layout.ts'
import { openChunk, type FileKey } from './seal.ts'

export type Unreadable = 'otherKey' | 'newer' | 'damaged'

export interface OpenRecording {
  about: About
  bytes: number
  modifiedAt: Date
  /** How it ended, by its last bytes alone; undefined: they are not an end. */
  ending(): Promise<Ending | undefined>
  /** The lines' chunks from a place on. What it returns at the end is what is wrong with the file. */
  chunks(from?: string): AsyncGenerator<Chunk, 'whole' | 'cut' | 'damaged'>
  close(): Promise<void>
}

export interface Chunk {
  text: string
  /** Where the next one begins; a place for `chunks`. */
  next: string
}

/** The caller closes it. Answers why it cannot be read; throws what the file system throws. */
export async function openRecording(path: string, recordingId: string, master: Buffer): Promise<OpenRecording | Unreadable> {
  const file = await open(path, 'r')
  try {
    const { size, mtime } = await file.stat()
    const fileKey = readPreamble(recordingId, master, await readAt(file, 0, preambleBytes))
    if (typeof fileKey === 'string') return await giveUp(file, fileKey)
    const first = await readFrame(file, fileKey, { offset: preambleBytes, index: 0 })
    const about = typeof first === 'string' || first.isLast ? undefined : parse(About, first.plain)
    if (!about || typeof first === 'string') return await giveUp(file, 'damaged')
    return {
      about,
      bytes: size,
      modifiedAt: mtime,
      ending: () => readEnding(file, fileKey, size),
      chunks: (from) => readChunks(file, fileKey, from === undefined ? first.next : (parsePlace(from) ?? first.next)),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function giveUp(file: FileHandle, why: Unreadable): Promise<Unreadable> {
  await file.close()
  return why
}

interface Place {
  offset: number
  index: number
}

const placeText = ({ offset, index }: Place) => `${offset}:${index}`

/** Whoever makes one up reads nothing: no chunk opens at a place that is not its own. */
function parsePlace(text: string): Place | undefined {
  const found = /^(\d{1,15}):(\d{1,9})$/.exec(text)
  return found ? { offset: Number(found[1]), index: Number(found[2]) } : undefined
}

async function* readChunks(file: FileHandle, fileKey: FileKey, from: Place): AsyncGenerator<Chunk, 'whole' | 'cut' | 'damaged'> {
  for (let place = from; ;) {
    const frame = await readFrame(file, fileKey, place)
    if (typeof frame === 'string') return frame
    if (frame.isLast) return parse(Ending, frame.plain) ? await checkTrailer(file, frame, place) : 'damaged'
    place = frame.next
    yield { text: frame.plain.toString(), next: placeText(place) }
  }
}

interface Frame {
  plain: Buffer
  isLast: boolean
  sealedBytes: number
  next: Place
}

async function readFrame(file: FileHandle, fileKey: FileKey, { offset, index }: Place): Promise<Frame | 'cut' | 'damaged'> {
  const headBytes = await readAt(file, offset, frameHeadBytes)
  if (headBytes.length < frameHeadBytes) return 'cut'
  const head = readFrameHead(headBytes)
  if (!head) return 'damaged'
  const sealed = await readAt(file, offset + frameHeadBytes, head.sealedBytes)
  if (sealed.length < head.sealedBytes) return 'cut'
  const plain = openChunk(fileKey, index, head.isLast, sealed)
  if (!plain) return 'damaged'
  return { plain, ...head, next: { offset: offset + frameHeadBytes + head.sealedBytes, index: index + 1 } }
}

/** Nothing may be missing behind the end, and nothing added. */
async function checkTrailer(file: FileHandle, last: Frame, { index }: Place): Promise<'whole' | 'cut' | 'damaged'> {
  const found = await readAt(file, last.next.offset, trailerBytes + 1)
  const wanted = trailerOf(last.sealedBytes, index)
  if (found.length < trailerBytes && found.equals(wanted.subarray(0, found.length))) return 'cut'
  return found.equals(wanted) ? 'whole' : 'damaged'
}

async function readEnding(file: FileHandle, fileKey: FileKey, size: number): Promise<Ending | undefined> {
  if (size < preambleBytes + frameHeadBytes + trailerBytes) return undefined
  const trailer = readTrailer(await readAt(file, size - trailerBytes, trailerBytes))
  const offset = size - trailerBytes - trailer.sealedBytes - frameHeadBytes
  if (offset < preambleBytes) return undefined
  const frame = await readFrame(file, fileKey, { offset, index: trailer.index })
  return typeof frame === 'string' || !frame.isLast ? undefined : parse(Ending, frame.plain)
}

/** Fewer bytes than asked for at the end of the file. */
async function readAt(file: FileHandle, offset: number, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count)
  let done = 0
  while (done < count) {
    const { bytesRead } = await file.read(bytes, done, count - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

function parse<Value>(schema: { safeParse(json: unknown): { success: boolean; data?: Value } }, plain: Buffer): Value | undefined {
  try {
    const json: unknown = JSON.parse(plain.toString())
    return schema.safeParse(json).data
  } catch {
    return undefined
  }
}
