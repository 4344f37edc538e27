/**
 * A console's local store in a process of its own that ends itself with SIGKILL: it first says whether what is there is what was acknowledged before, then
 * writes on, noting each thing when it is acknowledged, until it comes to the point that its plan names.
 */
import { openSync, readFileSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { createEvents } from '../../main/platform/store/events.ts'
import { openFile, type SqliteFile } from '../../main/platform/store/file.ts'
import { migrations } from '../../main/platform/store/schema.ts'
import { failWhile } from '../gateway/faultyFile.ts'
import { eventOf, eventsOf } from '../main/platform/store/storyOfALog.ts'
import { StorePlan } from './storePlan.ts'

const plan = StorePlan.parse(JSON.parse(process.argv[2] ?? ''))
const key = Buffer.alloc(32, 7)
const notes = openSync(plan.notes, 'a')
const end = (): void => void process.kill(process.pid, 'SIGKILL')

/** Written by one system call: it outlives this process once that returns. */
const note = (words: string): void => void writeSync(notes, `${words}\n`)

function acknowledged(): { have: number; keptFrom: number } {
  const seen = { have: 0, keptFrom: 1 }
  for (const line of readFileSync(plan.notes, 'utf8').split('\n')) {
    const [what, number] = line.split(' ')
    if (what === 'have') seen.have = Math.max(seen.have, Number(number))
    if (what === 'kept') seen.keptFrom = Math.max(seen.keptFrom, Number(number))
  }
  return seen
}

/** The step of a later version: each of its statements can be the last one that runs. */
function laterStep(killAt: number | undefined): (file: SqliteFile) => void {
  const statements = [
    'create table later(a integer) strict',
    'insert into later select seq from event_1',
    'alter table log add column later integer',
    'update log set later = 1',
    'create index later_a on later(a)',
    'drop table later',
  ]
  return (file) => {
    for (const [index, statement] of statements.entries()) {
      if (killAt === index) end()
      file.exec(statement)
    }
    if (killAt === statements.length) end()
  }
}

const { file, setAside } = openFile(
  plan.folder,
  key,
  Date.now(),
  plan.migrates ? [...migrations, laterStep(plan.migrationKill)] : migrations,
)
if (setAside) throw new Error(`a file that was killed was set aside: ${setAside.why}`)
let calls = 0
let isKilling = false
const at = (when: 'before' | 'after'): undefined => {
  if (!isKilling) return
  if (when === 'before') calls += 1
  if (calls === plan.killAt?.call && when === plan.killAt.when) end()
}
const events = createEvents(
  failWhile(
    file,
    () => at('before'),
    () => at('after'),
  ),
)

const before = acknowledged()
const { have, count, from } = await events.extent('desk')
const faults: string[] = []
if (have < before.have) faults.push(`${before.have} events were acknowledged, ${have} are there`)
if (count > 0 && from < before.keptFrom) faults.push(`what was taken away is there again: ${from}, not ${before.keptFrom}`)
if (count !== 0 && count !== have - from + 1) faults.push(`${count} events are there from ${from} to ${have}`)
const { root, changed } = await events.check('desk', have)
if (changed.length > 0 || (have > 0 && root === undefined)) faults.push(`not as their leaves say: ${changed.join()}`)
for (const asked of [
  {},
  { text: 'inc' },
  { text: 'pt1h' },
  { outcomes: ['ok', 'failed', 'refused'] as ('ok' | 'failed' | 'refused')[], text: 'inc' },
]) {
  const { total } = await events.overview(asked, 10)
  if (total !== count) faults.push(`${total} of ${count} are found by ${JSON.stringify(asked)}`)
}
for (let seq = from; seq > 0 && seq <= have; seq += 97) {
  if (JSON.stringify((await events.one('desk', seq))?.event) !== JSON.stringify(eventOf(seq))) faults.push(`event ${seq} is another one`)
}
if (count > 0) file.exec(`insert into word_1(word_1) values ('integrity-check')`)
if (file.pragma('quick_check(1)', { simple: true }) !== 'ok') faults.push('the file is not whole')
process.stdout.write(`${JSON.stringify(faults)}\n`)

if (plan.afterMs !== undefined) {
  // A thread of its own, which is on time whatever this one does.
  const timer = `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${plan.afterMs}); process.kill(process.pid, 'SIGKILL')`
  // oxlint-disable-next-line no-new -- it lives as long as this process
  new Worker(timer, { eval: true })
}
isKilling = true
for (let next = have + 1, round = 0; ; round += 1) {
  const batch = eventsOf(next, next + 20 + ((next * 7) % 180))
  await events.put('desk', batch)
  next += batch.length
  note(`have ${next - 1}`)
  if (round % 5 === 3) await events.markVerified('desk', next - 1)
  if (round % 7 === 6) {
    await events.retain({ olderThan: eventOf(Math.max(1, next - 3000)).at })
    note(`kept ${(await events.extent('desk')).from}`)
  }
}
