import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createNftSession } from '../../../gateway/gates/nftProcess.ts'
import type { NftSession } from '../../../gateway/gates/nftProcess.ts'

/** In nft's place: a shell that answers as nft does, except to a few words. */
const nftLike = `
while read -r line; do case "$line" in
  hang) sleep 30 ;;
  die) exit 3 ;;
  missing) echo 'Error: No such file or directory' >&2 ;;
  exists) echo 'Error: Could not process rule: File exists' >&2 ;;
  'describe tcp dport') echo 'payload expression, datatype inet_service (internet network service) (basetype integer), 16 bits' ;;
  gatehouse-end-*) printf 'Error: syntax error\\n%s\\n     ^\\n' "$line" >&2 ;;
  env) env | cut -d= -f1 | tr '\\n' ' ' ; echo ;;
  *) echo "$line done" ;;
esac; done`

let folder: string
let pids: string
let session: NftSession

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nft-'))
  pids = join(folder, 'pids')
  session = createNftSession({ command: ['sh', '-c', `echo $$ >> ${pids}; ${nftLike}`], flags: [], timeoutMs: 500 })
})

afterEach(() => {
  session.stop()
  rmSync(folder, { recursive: true, force: true })
})

const started = () => readFileSync(pids, 'utf8').trim().split('\n').map(Number)

test('one nft answers all, each caller with its own answer', async () => {
  const answers = await Promise.all(['one', 'two', 'three'].map((word) => session.run(word)))
  expect(answers).toEqual(['one done\n', 'two done\n', 'three done\n'])
  expect(started()).toHaveLength(1)
})

test('what nft refuses is told by kind, and the next command is not touched by it', async () => {
  await expect(session.run('missing')).rejects.toMatchObject({ code: 'missing' })
  await expect(session.run('exists')).rejects.toMatchObject({ code: 'exists' })
  expect(await session.run('one')).toBe('one done\n')
})

test('F-58: an nft that does not answer is ended, what it did is unknown, and the next command starts another', async () => {
  const first = expect(session.run('hang')).rejects.toMatchObject({ code: 'noAnswer' })
  const second = session.run('one')
  await first
  expect(await second).toBe('one done\n')
  const [hung = 0, next] = started()
  expect(next).toBeGreaterThan(0)
  await expect.poll(() => isRunning(hung)).toBe(false)
})

test('an nft that ends or is not there is told as such, and one that ended is started again', async () => {
  await expect(session.run('die')).rejects.toMatchObject({ code: 'noNft' })
  expect(await session.run('one')).toBe('one done\n')
  const absent = createNftSession({ command: ['/no/such/nft'], flags: [], timeoutMs: 500 })
  await expect(absent.run('one')).rejects.toMatchObject({ code: 'noNft' })
})

test('nft gets nothing of the environment that it does not need, and leaves no history of commands', async () => {
  const names = (await session.run('env')).trim().split(' ')
  expect(names).toEqual(expect.arrayContaining(['PATH', 'HOME', 'LC_ALL']))
  expect(names.filter((name) => !['PATH', 'HOME', 'LC_ALL', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual([])
})

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
