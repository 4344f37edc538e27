import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gatewayFingerprint } from '../../../gateway/identity.ts'
import { bundleLines } from '../../../gateway/log/bundle.ts'
import { verifyFile } from '../../../gateway/cliVerify.ts'
import { verifyBundle } from '../../../gateway/verify.ts'
import { memoryTree } from './memoryTree.ts'
import { checkpointAt, eventsOf, exportLog, newKey } from './tamper.ts'

const key = newKey()
/** In each test, and not once for all: then it is known which test stands on what. */
const forty = () => exportLog(eventsOf(40), key)

test.each([0, 1, 2, 255, 256, 257, 511, 512, 513])(
  'an exported log of %i events is verified, with the key that is trusted',
  async (size) => {
    const fingerprint = gatewayFingerprint(key)
    const log = await exportLog(eventsOf(size), key)
    const verdict = { verified: true, size, origin: log.origin, fingerprint }
    expect(await verifyBundle([log.text], { trustedKey: log.trustedKey })).toMatchObject(verdict)
    expect(await verifyBundle([log.text], { trustedKey: ` ${fingerprint.toLowerCase()}\n` })).toMatchObject(verdict)
    expect(await verifyBundle([log.text])).toMatchObject(verdict)
  },
)

test('a log extends every checkpoint of it that was kept', async () => {
  const log = await forty()
  const previousCheckpoints = [40, 0, 17, 39, 17].map((size) => checkpointAt(log, size))
  expect(await verifyBundle([log.text], { previousCheckpoints })).toMatchObject({ verified: true })
})

test('F-83: a log that is shorter than a checkpoint that was kept is told from one that is another', async () => {
  const log = await forty()
  const shorter = await exportLog(log.leaves.slice(0, 30), key)
  const other = await exportLog(eventsOf(40, 2), key)
  const previousCheckpoints = [checkpointAt(log, 40)]
  expect(await verifyBundle([shorter.text], { previousCheckpoints })).toEqual({ verified: false, firstBadIndex: 30, why: 'rollback' })
  expect(await verifyBundle([other.text], { previousCheckpoints })).toEqual({ verified: false, firstBadIndex: 0, why: 'fork' })
})

test('a log that another key signed, or that is kept against a checkpoint of another, proves nothing', async () => {
  const fingerprint = gatewayFingerprint(key)
  const log = await forty()
  const theirs = await exportLog(log.leaves, newKey())
  expect(await verifyBundle([theirs.text], { trustedKey: fingerprint })).toEqual({ verified: false, firstBadIndex: 0, why: 'otherKey' })
  const previousCheckpoints = [checkpointAt(theirs, 40)]
  expect(await verifyBundle([log.text], { previousCheckpoints })).toEqual({ verified: false, firstBadIndex: 0, why: 'otherLog' })
})

test('a log that its gateway could not sign is not verified', async () => {
  const tree = memoryTree([])
  const lines: string[] = []
  for await (const some of bundleLines({ origin: 'gatehouse/1', size: 0, read: tree.read, leaves: () => Promise.resolve([]) }))
    lines.push(...some)
  expect(await verifyBundle([Buffer.from(`${lines.join('\n')}\n`)])).toEqual({ verified: false, firstBadIndex: 0, why: 'unsigned' })
})

const headers: [string, (header: string) => string, string][] = [
  ['nothing', () => '', 'noBundle'],
  ['something else', () => 'seq;actor\n1;alice\n', 'noBundle'],
  ['a later format', () => '{"format":"gatehouse-log","more":true,"version":2}\n', 'newer'],
  ['spaces between the members', (header) => header.replaceAll(',"', ', "'), 'noBundle'],
  ['a member twice', (header) => header.replace('{', '{"checkpoint":"x",'), 'noBundle'],
  ['one more member', (header) => header.replace('{', '{"also":1,'), 'noBundle'],
  ['another origin', (header) => header.replace('"origin":"gatehouse/0', '"origin":"gatehouse/1'), 'signature'],
  ['one more signature', (header) => header.replace(String.raw`\n"`, String.raw`\n— gatehouse/0123456789abcdef AAAAAAAA\n"`), 'signature'],
]
test.each(headers)('a file that begins with %s is refused', async (_, toFirst, why) => {
  const log = await forty()
  const first = toFirst(log.lines[0] ?? '')
  const file = Buffer.from(first + log.lines.slice(1).join(''))
  expect(await verifyBundle(first === '' ? [] : [file])).toEqual({ verified: false, firstBadIndex: 0, why })
})

test('a line without an end does not fill the memory', async () => {
  let given = 0
  function* endless(): Generator<Buffer> {
    for (; given < 1000; given += 1) yield Buffer.alloc(64 * 1024, 'x')
  }
  expect(await verifyBundle(endless())).toMatchObject({ verified: false, why: 'noBundle' })
  expect(given).toBeLessThan(50)
})

test('what is not UTF-8 is not taken for the sign that stands for it', async () => {
  const odd = await exportLog(['{"actor":"\ufffd"}'], key)
  const file = Buffer.concat([odd.text.subarray(0, odd.text.lastIndexOf('\ufffd')), Buffer.of(0xff), Buffer.from('"}\n')])
  expect(file.toString()).toBe(odd.text.toString())
  expect(await verifyBundle([file])).toEqual({ verified: false, firstBadIndex: 0, why: 'event' })
})

test('gatehouse verify: the exit code is 0 for a log that is verified, 1 for one that is not, and 2 for none', async () => {
  const fingerprint = gatewayFingerprint(key)
  const log = await forty()
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  const [file, bad, kept] = [join(folder, 'log'), join(folder, 'bad'), join(folder, 'kept')]
  writeFileSync(file, log.text)
  writeFileSync(bad, log.lines.toSpliced(-7, 1).join(''))
  writeFileSync(kept, checkpointAt(log, 12))
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  expect(await verifyFile({ file, key: fingerprint, previous: [kept] }, say)).toBe(0)
  expect(said[0]).toBe(`Verified: 40 events of ${log.origin}.`)
  expect(said.join('\n')).not.toContain('--key')
  said.length = 0
  expect(await verifyFile({ file }, say)).toBe(0)
  expect(said.join('\n')).toContain(fingerprint)
  expect(said.join('\n')).toContain('--key')
  said.length = 0
  expect(await verifyFile({ file: bad, key: fingerprint }, say)).toBe(1)
  expect(said).toEqual([
    'NOT VERIFIED: this event is not the one that was signed.',
    'Proven: 33 events. The first that is not proven is number 34.',
  ])
  said.length = 0
  const single = join(folder, 'single')
  writeFileSync(single, (await exportLog(eventsOf(1), key)).text)
  expect(await verifyFile({ file: single, key: fingerprint }, say)).toBe(0)
  expect(said[0]).toMatch(/^Verified: 1 event of /)
  said.length = 0
  expect(await verifyFile({ file: bad, json: true }, say)).toBe(1)
  expect(said.map((line): unknown => JSON.parse(line))).toEqual([{ verified: false, firstBadIndex: 33, why: 'event' }])
  expect(await verifyFile({ file: join(folder, 'none') }, say)).toBe(2)
  expect(await verifyFile({ file: folder }, say)).toBe(2)
  rmSync(folder, { recursive: true })
})
