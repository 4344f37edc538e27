import * as fc from 'fast-check'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { createPipes } from '../../main/pipes.ts'
import { pipeHighWaterBytes, type PipeFrame } from '../../preload/contract.ts'

/** A window's side: keeps what came and acknowledges when told to. */
function joinWindow(pipes: ReturnType<typeof createPipes>, id: string, options: { hello?: boolean } = {}) {
  const frames: PipeFrame[] = []
  let untaken = 0
  let most = 0
  const leave = pipes.connectWindow((frame) => {
    frames.push(frame)
    if (frame.kind === 'data') untaken += frame.bytes.byteLength
    most = Math.max(most, untaken)
  })
  const hello = () => pipes.receiveFrame({ kind: 'taken', pipe: id, count: 0 })
  if (options.hello !== false) hello()
  return {
    frames,
    leave,
    hello,
    mostUntaken: () => most,
    untaken: () => untaken,
    take(count = untaken) {
      untaken -= count
      pipes.receiveFrame({ kind: 'taken', pipe: id, count })
    },
    data: () => Buffer.concat(frames.flatMap((frame) => (frame.kind === 'data' ? [frame.bytes] : []))),
    ended: () => frames.some((frame) => frame.kind === 'end'),
  }
}

const chunks = fc.array(fc.uint8Array({ minLength: 0, maxLength: 4000 }), { maxLength: 40 })

describe('a pipe to the window', () => {
  test('loses nothing and keeps the order, whenever the window joins and however it acknowledges', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(40), fc.infiniteStream(fc.nat(5000)), async (written, joinAt, takes) => {
        const pipes = createPipes()
        const end = pipes.open('s1')
        let window: ReturnType<typeof joinWindow> | undefined
        for (const [at, chunk] of written.entries()) {
          if (at === joinAt) window = joinWindow(pipes, 's1')
          void end.write(chunk)
          const take = Number(takes.next().value)
          if (window) window.take(Math.min(take, window.untaken()))
        }
        end.end()
        window ??= joinWindow(pipes, 's1')
        while (window.untaken() > 0) window.take()
        expect(window.data()).toEqual(Buffer.concat(written))
        expect(window.frames.at(-1)).toEqual({ kind: 'end', pipe: 's1' })
        expect(window.mostUntaken()).toBeLessThanOrEqual(pipeHighWaterBytes)
      }),
      { numRuns: 60 },
    )
  })

  test('has never more than the high-water mark on its way, and its writer waits', async () => {
    const pipes = createPipes()
    const end = pipes.open('s1')
    const window = joinWindow(pipes, 's1')
    let written = false
    const write = (async () => {
      await end.write(new Uint8Array(1_000_000))
      written = true
    })()
    await new Promise((resolve) => setImmediate(resolve))
    expect(window.untaken()).toBe(pipeHighWaterBytes)
    expect(written).toBe(false)
    while (window.data().byteLength < 1_000_000) window.take()
    window.take(1)
    await write
    expect(window.mostUntaken()).toBe(pipeHighWaterBytes)
  })

  test('waits for the window, and a window that came again gets what comes from then on', async () => {
    const pipes = createPipes()
    const end = pipes.open('s1')
    await end.write(Buffer.from('before '))
    const first = joinWindow(pipes, 's1', { hello: false })
    expect(first.frames).toEqual([])
    first.hello()
    expect(first.data().toString()).toBe('before ')
    const reloaded = joinWindow(pipes, 's1', { hello: false })
    await end.write(Buffer.from('after'))
    expect(reloaded.frames).toEqual([])
    reloaded.hello()
    expect(reloaded.data().toString()).toBe('after')
    expect(first.data().toString()).toBe('before ')
  })

  test('a reload under a flood does not leave the writer waiting for bytes that nobody has', async () => {
    const pipes = createPipes()
    const end = pipes.open('s1')
    joinWindow(pipes, 's1')
    const write = end.write(new Uint8Array(pipeHighWaterBytes + 1))
    const reloaded = joinWindow(pipes, 's1')
    expect(reloaded.data().byteLength).toBe(1)
    await write
  })

  test('does not take the shared memory behind a small buffer along', async () => {
    const pipes = createPipes()
    const end = pipes.open('s1')
    const window = joinWindow(pipes, 's1')
    await end.write(Buffer.from('pooled'))
    const [frame] = window.frames
    expect(frame?.kind === 'data' && frame.bytes.buffer.byteLength).toBe(6)
  })

  test('a window that joins after the end learns that it is over', () => {
    const pipes = createPipes()
    expect(joinWindow(pipes, 'gone').frames).toEqual([{ kind: 'end', pipe: 'gone' }])
  })

  test('a window whose side fails is gone, and nothing is thrown at the writer', async () => {
    const pipes = createPipes()
    const end = pipes.open('s1')
    pipes.connectWindow(() => Promise.reject(new Error('closed')))
    pipes.receiveFrame({ kind: 'taken', pipe: 's1', count: 0 })
    await end.write(Buffer.from('lost'))
    await new Promise((resolve) => setImmediate(resolve))
    await end.write(Buffer.from('kept'))
    expect(joinWindow(pipes, 's1').data().toString()).toBe('kept')
  })
})

describe('a pipe from the window', () => {
  test('gives every byte in order, and acknowledges each once', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, async (sent) => {
        const pipes = createPipes()
        const end = pipes.open('s1')
        const window = joinWindow(pipes, 's1')
        for (const bytes of sent) pipes.receiveFrame({ kind: 'data', pipe: 's1', bytes })
        pipes.receiveFrame({ kind: 'end', pipe: 's1' })
        expect(await buffer(end.incoming)).toEqual(Buffer.concat(sent))
        const taken = window.frames.reduce((sum, frame) => sum + (frame.kind === 'taken' ? frame.count : 0), 0)
        expect(taken).toBe(Buffer.concat(sent).byteLength)
      }),
      { numRuns: 60 },
    )
  })

  test('a slow reader holds the acknowledgements back', async () => {
    const pipes = createPipes()
    const end = pipes.open('s1')
    const window = joinWindow(pipes, 's1')
    for (let each = 0; each < 20; each++) pipes.receiveFrame({ kind: 'data', pipe: 's1', bytes: new Uint8Array(1000) })
    await new Promise((resolve) => setImmediate(resolve))
    expect(window.frames.filter((frame) => frame.kind === 'taken').length).toBeLessThanOrEqual(1)
    end.incoming.resume()
    await expect.poll(() => window.frames.filter((frame) => frame.kind === 'taken').length).toBe(20)
  })

  test('a window that sends far more than it may is cut off', async () => {
    const pipes = createPipes()
    const end = pipes.open('s1')
    const window = joinWindow(pipes, 's1')
    for (let each = 0; each < 10; each++) pipes.receiveFrame({ kind: 'data', pipe: 's1', bytes: new Uint8Array(1_000_000) })
    await end.ended
    expect(window.ended()).toBe(true)
  })
})

describe('the end of a pipe', () => {
  test('by the window ends both ways', async () => {
    const pipes = createPipes()
    const end = pipes.open('s1')
    joinWindow(pipes, 's1')
    pipes.receiveFrame({ kind: 'end', pipe: 's1' })
    await end.ended
    await expect(end.write(Buffer.from('x'))).rejects.toThrow('ended')
  })

  test('a waiting writer is told that it is over', async () => {
    const pipes = createPipes()
    const end = pipes.open('s1')
    joinWindow(pipes, 's1')
    const write = end.write(new Uint8Array(1_000_000))
    pipes.receiveFrame({ kind: 'end', pipe: 's1' })
    await expect(write).rejects.toThrow('ended')
  })

  test('frees the id, which can not be used twice before', async () => {
    const pipes = createPipes()
    pipes.open('s1')
    expect(() => pipes.open('s1')).toThrow('open already')
    pipes.receiveFrame({ kind: 'end', pipe: 's1' })
    expect(pipes.open('s1').id).toBe('s1')
  })

  test.each([null, 'data', {}, { kind: 'data' }, { kind: 'data', pipe: 's1', bytes: 'text' }, { kind: 'taken', pipe: 's1', count: -5 }])(
    'a frame that is none, such as %j, is dropped',
    async (frame) => {
      const pipes = createPipes()
      const end = pipes.open('s1')
      pipes.receiveFrame(frame)
      await end.write(Buffer.from('fine'))
      expect(joinWindow(pipes, 's1').data().toString()).toBe('fine')
    },
  )

  test('a window cannot acknowledge more than it was sent, to be flooded later', async () => {
    const pipes = createPipes()
    const end = pipes.open('s1')
    const window = joinWindow(pipes, 's1')
    pipes.receiveFrame({ kind: 'taken', pipe: 's1', count: 1_000_000_000 })
    void end.write(new Uint8Array(1_000_000))
    expect(window.untaken()).toBe(pipeHighWaterBytes)
  })
})
