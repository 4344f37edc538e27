import { describe, expect, test } from 'vitest'
import type { PipeFrame } from '../../../preload/contract.ts'
import { joinPipe } from '../../../renderer/sessions/pipe.ts'

/** The window's end on a border of which every frame is seen, and a screen that draws when it is told to. */
function joined() {
  const sent: PipeFrame[] = []
  const drawing: (() => void)[] = []
  let onFrame: ((frame: PipeFrame) => void) | undefined
  let ended = false
  const openPipe = (_pipe: string, listener: (frame: PipeFrame) => void) => {
    onFrame = listener
    return { send: (frame: PipeFrame) => void sent.push(frame), leave: () => undefined }
  }
  const pipe = joinPipe({ openPipe }, 's', { write: (_bytes, drawn) => void drawing.push(drawn), ended: () => void (ended = true) })
  const draw = async (): Promise<void> => {
    for (const drawn of drawing.splice(0)) drawn()
    await Promise.resolve()
  }
  const deliver = (frame: PipeFrame) => onFrame?.(frame)
  return { pipe, sent, draw, deliver, hasEnded: () => ended }
}

const data = (count: number): PipeFrame => ({ kind: 'data', pipe: 's', bytes: new Uint8Array(count) })
const countOf = (frames: PipeFrame[]) => frames.reduce((sum, frame) => sum + (frame.kind === 'taken' ? frame.count : 0), 0)
const bytesOf = (frames: PipeFrame[]) => frames.reduce((sum, frame) => sum + (frame.kind === 'data' ? frame.bytes.byteLength : 0), 0)

describe('the window’s end of a pipe', () => {
  test('says hello, upon which main sends what it kept', () => {
    expect(joined().sent).toEqual([{ kind: 'taken', pipe: 's', count: 0 }])
  })

  test('asks for more at once while the screen keeps up, and holds back what is not drawn when it does not', async () => {
    const { sent, draw, deliver } = joined()
    deliver(data(100_000))
    await Promise.resolve()
    expect(countOf(sent)).toBe(100_000)
    deliver(data(100_000))
    await Promise.resolve()
    expect(countOf(sent)).toBe(100_000)
    await draw()
    expect(countOf(sent)).toBe(200_000)
  })

  test('acknowledges many small frames of one turn as one', async () => {
    const { sent, draw, deliver } = joined()
    for (let index = 0; index < 50; index += 1) deliver(data(10))
    await draw()
    expect(sent.filter((frame) => frame.kind === 'taken' && frame.count > 0)).toEqual([{ kind: 'taken', pipe: 's', count: 500 }])
  })

  test('never has more than the high-water mark of input on the way, and sends the rest as it is taken', () => {
    const { pipe, sent, deliver } = joined()
    const pasted = 1_000_000
    pipe.send(new Uint8Array(pasted))
    expect(bytesOf(sent)).toBeLessThanOrEqual(128 * 1024)
    for (let taken = 0; taken < pasted;) {
      const before = bytesOf(sent)
      deliver({ kind: 'taken', pipe: 's', count: before - taken })
      taken = before
      expect(bytesOf(sent) - taken).toBeLessThanOrEqual(128 * 1024)
    }
    expect(bytesOf(sent)).toBe(pasted)
  })

  test('sends and acknowledges nothing once the machine has ended it', async () => {
    const { pipe, sent, draw, deliver, hasEnded } = joined()
    deliver(data(10))
    deliver({ kind: 'end', pipe: 's' })
    expect(hasEnded()).toBe(true)
    const before = sent.length
    pipe.send(new Uint8Array([1]))
    await draw()
    expect(sent.length).toBe(before)
  })
})
