/** That what looks for secrets in files finds them: all tests that find none stand on it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { filesWith } from '../real/parts/filesWith.ts'

const secret = 'kanari-hunter2'
const base64 = (before: string, after: string): string => Buffer.from(before + secret + after).toString('base64')

test.each([
  ['as it is', `x${secret}y`],
  ['in UTF-16', Buffer.from(`x${secret}y`, 'utf16le')],
  ...['', 'a', 'ab', 'abc'].flatMap((before) =>
    ['', 'z', 'zy'].map((after): [string, string] => [`in base64, after “${before}” and before “${after}”`, base64(before, after)]),
  ),
])('a text is found %s', (_how, content) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'files-with-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'kept')
  writeFileSync(file, content)
  writeFileSync(path.join(folder, 'other'), base64('a', 'z').toLowerCase())
  expect(filesWith(folder, ['something else', secret])).toEqual([{ file, text: secret }])
})
