import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineReader } from '../../../gateway/log/lines.ts'

const mib = 1024 * 1024

/** All lines that are read, and whether the file was at its end then. */
async function readAll(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<{ lines: string[]; isAtEnd: boolean }> {
  const reader = createLineReader(chunks)
  const lines: string[] = []
  for (let line = await reader.next(); line !== undefined; line = await reader.next()) lines.push(line.toString('latin1'))
  return { lines, isAtEnd: await reader.isAtEnd() }
}

test('lines come out as they went in, wherever the file is cut into chunks', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '\r', ' ') })
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 7 })), async (lines, cuts) => {
      const file = Buffer.from(lines.map((one) => `${one}\n`).join(''), 'latin1')
      const chunks: Buffer[] = []
      let at = 0
      for (const length of cuts) {
        chunks.push(file.subarray(at, at + length))
        at += length
      }
      chunks.push(file.subarray(at))
      expect(await readAll(chunks)).toEqual({ lines, isAtEnd: true })
    }),
  )
})

async function* arriving(): AsyncGenerator<Buffer> {
  for (const part of ['on', 'e\n', '', 'two\nth', 'ree\n']) {
    await Promise.resolve()
    yield Buffer.from(part)
  }
}

test('a file that comes bit by bit from elsewhere is read like one that is there', async () => {
  expect(await readAll(arriving())).toEqual({ lines: ['one', 'two', 'three'], isAtEnd: true })
})

test('a last line without its end is no line, and is still there', async () => {
  expect(await readAll([Buffer.from('one\ntw')])).toEqual({ lines: ['one'], isAtEnd: false })
  expect(await readAll([Buffer.from('one\n'), Buffer.from('t')])).toEqual({ lines: ['one'], isAtEnd: false })
  expect(await readAll([])).toEqual({ lines: [], isAtEnd: true })
})

test('whether a file is at its end is known before its last chunk was asked for', async () => {
  const more = createLineReader([Buffer.from('one\n'), Buffer.alloc(0), Buffer.from('two\n')])
  expect((await more.next())?.toString()).toBe('one')
  expect(await more.isAtEnd()).toBe(false)
  expect((await more.next())?.toString()).toBe('two')
  expect(await more.isAtEnd()).toBe(true)
})

test('a line may have a mebibyte, and one that is longer is not read on', async () => {
  const whole = Buffer.alloc(mib, 'x')
  expect((await readAll([whole, Buffer.from('\nnext\n')])).lines.map((line) => line.length)).toEqual([mib, 4])
  let given = 0
  function* endless(): Generator<Buffer> {
    for (; given < 100; given += 1) yield Buffer.alloc(mib / 4, 'x')
  }
  expect((await readAll(endless())).lines).toEqual([])
  expect(given).toBeLessThan(8)
})
