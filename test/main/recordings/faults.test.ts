/** Files that are not what was written: cut, changed, put together anew; and disks and consoles that fail while one is being written. */
import { execFileSync, fork } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Recording } from '../../../preload/contract.ts'
import { createRecordingThread } from '../../../main/platform/recordingThread.ts'
import { openCastFile } from '../../../main/recordings/castFile.ts'
import { createMasterKey } from '../../../main/recordings/masterKey.ts'
import { frameHeadBytes, preambleBytes, readFrameHead, trailerBytes } from '../../../main/recordings/layout.ts'
import { openRecording } from '../../../main/recordings/reader.ts'
import { fakeSecrets } from '../../fakes/fakeSecrets.ts'
import { newFolder, outputOf, recordingWorld, until } from './recordingWorld.ts'

/** Where each frame begins, the first one's included, and where the last one ends. */
function framesOf(file: Buffer): number[] {
  const starts: number[] = []
  let offset = preambleBytes
  while (offset < file.length - trailerBytes) {
    starts.push(offset)
    offset += frameHeadBytes + (readFrameHead(file.subarray(offset))?.sealedBytes ?? file.length)
  }
  return [...starts, offset]
}

const pieces = Array.from({ length: 6 }, (_, index) => `${index}`.repeat(70_000))

/** One recording of several chunks, its file, and what is read of any other content under its name. */
async function bench() {
  const secrets = fakeSecrets()
  const world = recordingWorld({ secrets })
  const recordingId = await world.recorded(pieces)
  const path = join(world.folder, `${recordingId}.ghrec`)
  const whole = readFileSync(path)
  const master = await createMasterKey(secrets)('make')
  async function readAs(content: Buffer): Promise<{ text: string; fault: string }> {
    writeFileSync(path, content)
    const opened = await openRecording(path, recordingId, master)
    if (typeof opened === 'string') return { text: '', fault: opened }
    let text = ''
    const reading = opened.chunks()
    for (;;) {
      const step = await reading.next()
      if (step.done === true) {
        await opened.close()
        return { text, fault: step.value }
      }
      text += step.value.text
    }
  }
  return { world, secrets, recordingId, path, whole, readAs, complete: (await readAs(whole)).text }
}

describe('a file that was cut off', () => {
  test('at every frame and around it plays what is whole before the cut, and is never taken for whole', async () => {
    const { whole, readAs, complete } = await bench()
    const frames = framesOf(whole)
    expect(frames.length).toBeGreaterThan(7)
    const cuts = frames.flatMap((at) => [-17, -1, 0, 1, frameHeadBytes, frameHeadBytes + 1, 20, 300].map((by) => at + by))
    for (const cut of cuts.filter((at) => at > preambleBytes && at < whole.length)) {
      const { text, fault } = await readAs(whole.subarray(0, cut))
      const isHeadless = cut < (frames[1] ?? 0)
      expect({ cut, fault }).toEqual({ cut, fault: isHeadless ? 'damaged' : 'cut' })
      expect(complete.startsWith(text)).toBe(true)
      const wholeFrames = frames.filter((at, index) => index > 0 && at <= cut).length - 1
      expect(text === '').toBe(wholeFrames < 1)
    }
    for (let missing = 1; missing <= trailerBytes; missing += 1) {
      expect(await readAs(whole.subarray(0, whole.length - missing))).toEqual({ text: complete, fault: 'cut' })
    }
  })

  test('is listed as cut, and replayed with that said', async () => {
    const { world, path, whole, recordingId } = await bench()
    truncateSync(path, framesOf(whole)[4] ?? 0)
    expect((await world.list()).recordings).toMatchObject([{ recordingId, state: 'cut' }])
    const replay = await world.replay(recordingId)
    expect(replay).toMatchObject({ fault: 'cut' })
    expect(outputOf(await world.played(recordingId))).toBe(pieces.slice(0, 3).join(''))
  })
})

describe('a file that was changed', () => {
  test('by one bit anywhere is noticed, and nothing that was changed is shown', async () => {
    const { whole, readAs, complete } = await bench()
    const frames = framesOf(whole)
    const around = frames.flatMap((at) => [at, at + 1, at + 3, at + 4, at + 5, at - 1, at - 16])
    const places = [...Array.from({ length: preambleBytes }, (_, at) => at), ...around].filter((at) => at < whole.length)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(...places), fc.integer({ min: 0, max: whole.length - 1 })),
        fc.integer({ min: 0, max: 7 }),
        async (at, bit) => {
          const changed = Buffer.from(whole)
          changed[at] = (changed[at] ?? 0) ^ (1 << bit)
          const { text, fault } = await readAs(changed)
          expect(fault).not.toBe('whole')
          expect(complete.startsWith(text)).toBe(true)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('by leaving out, repeating, or moving a frame is noticed at that frame', async () => {
    const { whole, readAs, complete } = await bench()
    const starts = framesOf(whole)
    const head = whole.subarray(0, preambleBytes)
    const frames = starts.slice(0, -1).map((at, index) => whole.subarray(at, starts[index + 1]))
    const trailer = whole.subarray(-trailerBytes)
    const build = (order: readonly number[]) => Buffer.concat([head, ...order.map((index) => frames[index] ?? Buffer.alloc(0)), trailer])
    const order = frames.map((_, index) => index)
    expect(await readAs(build(order))).toEqual({ text: complete, fault: 'whole' })
    for (const index of order.slice(0, -1)) {
      const others = [
        order.filter((one) => one !== index),
        order.flatMap((one) => (one === index ? [one, one] : [one])),
        order.with(index, index + 1).with(index + 1, index),
      ]
      for (const other of others) {
        const { text, fault } = await readAs(build(other))
        expect(fault).toBe('damaged')
        expect(complete.startsWith(text)).toBe(true)
      }
    }
  })

  test('by something behind its end, or by an end too early, is noticed', async () => {
    const { whole, readAs } = await bench()
    expect((await readAs(Buffer.concat([whole, Buffer.from('x')]))).fault).toBe('damaged')
    const early = Buffer.from(whole)
    const at = framesOf(whole)[3] ?? 0
    early.writeUInt32BE((early.readUInt32BE(at) + 0x8000_0000) >>> 0, at)
    expect((await readAs(early)).fault).toBe('damaged')
  })

  test('by a frame of another recording under the same keychain is noticed, and so is another recording under its name', async () => {
    const { world, whole, readAs } = await bench()
    const otherId = await world.recorded(pieces)
    const other = readFileSync(join(world.folder, `${otherId}.ghrec`))
    const [starts, otherStarts] = [framesOf(whole), framesOf(other)]
    const mixed = Buffer.concat([whole.subarray(0, starts[2]), other.subarray(otherStarts[2], otherStarts[3]), whole.subarray(starts[3])])
    expect((await readAs(mixed)).fault).toBe('damaged')
    expect((await readAs(other)).fault).toBe('damaged')
    expect((await readAs(Buffer.concat([whole.subarray(0, preambleBytes), other.subarray(preambleBytes)]))).fault).toBe('damaged')
  })
})

test('a console that is killed loses at most the last two seconds, and the rest plays', async () => {
  const folder = newFolder()
  const child = fork(join(import.meta.dirname, 'killed.peer.ts'), [folder], { stdio: 'ignore', execArgv: [] })
  const said = await new Promise<{ key: string; count: number; ms: number }[]>((resolve) => {
    const all: { key: string; count: number; ms: number }[] = []
    child.on('message', (message: { key: string; count: number }) => {
      all.push({ ...message, ms: performance.now() })
      if (message.count === 40) {
        child.kill('SIGKILL')
        resolve(all)
      }
    })
  })
  const killedMs = performance.now()
  const secrets = fakeSecrets()
  secrets.kept.set('recordings/key', said.at(-1)?.key ?? '')
  const world = recordingWorld({ folder, secrets })
  const [recording] = (await world.list()).recordings
  expect(recording).toMatchObject({ state: 'cut', machineName: 'web-1' } satisfies Partial<Recording>)
  const text = outputOf(await world.played(recording?.recordingId ?? ''))
  const kept = said.filter(({ count }) => text.includes(`line ${count}.`)).length
  const lost = said.filter(({ count }) => !text.includes(`line ${count}.`))
  expect(kept).toBeGreaterThan(10)
  for (const { ms } of lost) expect(killedMs - ms).toBeLessThan(2000)
}, 30_000)

const folder = '/tmp/gatehouse-full-recordings'
const isMounted = ((): boolean => {
  try {
    mkdirSync(folder, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'gatehouse-test', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test.skipIf(!isMounted)(
  'F-63: on a disk that is really full the recording ends with words, the session goes on, and what was kept plays',
  async () => {
    try {
      const world = recordingWorld({ folder })
      const session = world.open()
      for (let piece = 0; piece < 20; piece += 1) session.say(`${piece}`.repeat(40_000))
      await until(async () => (await world.view(session.sessionId))?.state === 'ended')
      expect(await world.view(session.sessionId)).toMatchObject({ end: 'full', recordingId: expect.any(String) as unknown })
      session.say('goes on')
      session.ended()
      expect(world.events.at(-1)).toMatchObject({ action: 'recording.ended', outcome: 'failed', detail: { end: 'full' } })
      const [recording] = (await world.list()).recordings
      const text = outputOf(await world.played(recording?.recordingId ?? ''))
      expect(text.startsWith('0'.repeat(40_000))).toBe(true)
      expect(statSync(world.files()[0] ?? '').size).toBeLessThan(410_000)
      await world.recordings.close()
    } finally {
      execFileSync('umount', [folder])
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

test('a folder that cannot be written ends the recording as failed, and the session does not notice', async () => {
  const dataFolder = newFolder()
  writeFileSync(join(dataFolder, 'recordings'), 'a file where the folder should be')
  const world = recordingWorld({ folder: dataFolder })
  const session = world.open()
  session.say('x')
  await until(async () => (await world.view(session.sessionId))?.state === 'ended')
  expect(await world.view(session.sessionId)).toEqual({ state: 'ended', sessionId: session.sessionId, end: 'failed' })
  expect(() => session.say('y')).not.toThrow()
})

test.each([
  ['in a thread of its own', createRecordingThread()],
  ['in this one', openCastFile],
])('a disk that takes nothing for long ends the recording as too slow instead of filling the memory, %s', async (_where, openFile) => {
  const waiting = Promise.withResolvers<string | undefined>()
  const world = recordingWorld({ openFile, secrets: { read: () => waiting.promise, write: async () => undefined } })
  const session = world.open()
  for (let piece = 0; piece < 600; piece += 1) session.say('x'.repeat(60_000))
  waiting.resolve(undefined)
  await until(async () => (await world.view(session.sessionId))?.state === 'ended')
  expect(await world.view(session.sessionId)).toMatchObject({ end: 'tooSlow' })
})
