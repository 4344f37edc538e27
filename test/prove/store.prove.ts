/**
 * `npm run prove -- store`: a local store is killed with SIGKILL at more than 1,000 points, while it takes in events, takes old ones away and migrates: at
 * single statements, and at random instants. Each time the next one opens what is left and compares it with what was acknowledged.
 */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StorePlan } from './storePlan.ts'

interface Claim {
  claim: string
  trials: number
  held: number
}

/** In memory where that is possible: what is killed here is a process and not a computer, so the disk's own memory has no part in it. */
const memoryFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
/** A file lives through so many ends; then a new one is begun. */
const endsPerFile = 25
const statements = 3000
const migrationPoints = 7

type Kill = Pick<StorePlan, 'killAt' | 'afterMs' | 'migrationKill'>

export async function proveStoreKills(counts: { statements: number; instants: number; migrations: number }): Promise<Claim[]> {
  const [atStatements, atInstants, inMigrations] = [
    claim('killed before and after single statements of ingest and retention, nothing acknowledged is lost and nothing is half there'),
    claim('killed at random instants of it, nothing acknowledged is lost and nothing is half there'),
    claim('killed at each statement of a migration, the file is of the old version or of the new one, and whole'),
  ]
  const kills: { kill: Kill; about: Claim }[] = []
  for (let index = 0; index < counts.statements; index += 1) {
    const killAt = { call: Math.ceil(Math.random() ** 2 * statements), when: randomInt(2) === 0 ? ('before' as const) : ('after' as const) }
    kills.push({ kill: { killAt }, about: atStatements })
  }
  for (let index = 0; index < counts.instants; index += 1) kills.push({ kill: { afterMs: Math.random() ** 2 * 400 }, about: atInstants })
  // In any order, so that each kind meets what the others leave.
  kills.sort(() => Math.random() - 0.5)
  for (let index = 0; index < counts.migrations; index += 1)
    kills.push({ kill: { migrationKill: index % migrationPoints }, about: inMigrations })

  const writing = kills.filter(({ kill }) => kill.migrationKill === undefined)
  const others = kills.filter(({ kill }) => kill.migrationKill !== undefined)
  await Promise.all([0, 1].map((lane) => runLane(writing.filter((_, index) => index % 2 === lane))))
  for (const { kill, about } of others) judge(about, kill, await killMigration(kill))
  return [atStatements, atInstants, inMigrations]
}

/** One after the other on the same file: each that starts first says what the one before has left. */
async function runLane(kills: readonly { kill: Kill; about: Claim }[]): Promise<void> {
  for (let at = 0; at < kills.length; at += endsPerFile) {
    const place = newPlace()
    let before: { kill: Kill; about: Claim } | undefined
    // The last one only looks.
    for (const one of [...kills.slice(at, at + endsPerFile), undefined]) {
      const { code, faults } = await start({ ...place, ...(one?.kill ?? { killAt: { call: 1, when: 'before' } }), migrates: false })
      if (code !== 'SIGKILL') faults.push(`one ended by itself: ${code}`)
      if (before) judge(before.about, before.kill, faults)
      before = one
    }
    rmSync(place.folder, { recursive: true })
  }
}

async function killMigration(kill: Kill): Promise<string[]> {
  const place = newPlace()
  // There has to be something to migrate.
  await start({ ...place, killAt: { call: 900, when: 'after' }, migrates: false })
  await start({ ...place, ...kill, migrates: true })
  const { code, faults } = await start({ ...place, killAt: { call: 1, when: 'before' }, migrates: true })
  rmSync(place.folder, { recursive: true })
  return code === 'SIGKILL' ? faults : [...faults, `the next one ended by itself: ${code}`]
}

function newPlace(): { folder: string; notes: string } {
  const folder = mkdtempSync(join(memoryFolder, 'store-killed-'))
  return { folder, notes: join(folder, 'notes') }
}

function judge(about: Claim, kill: Kill, faults: readonly string[]): void {
  about.trials += 1
  if (faults.length === 0) about.held += 1
  else console.error(JSON.stringify(kill), faults.join('\n  '))
}

async function start(plan: StorePlan): Promise<{ code: string; faults: string[] }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'store.peer.ts'), JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(memoryFolder, 'killed-compiled') },
  })
  let [said, words] = ['', '']
  child.stdout.on('data', (bytes: Buffer) => void (said += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => void (words += bytes.toString()))
  return await new Promise((resolve) => {
    child.on('close', (code, signal) => {
      const faults: unknown = said === '' ? [] : JSON.parse(said)
      const told = Array.isArray(faults) ? faults.map(String) : ['it said nothing that can be understood']
      resolve({ code: signal ?? `${code} ${words.slice(-600)}`, faults: told })
    })
  })
}

export async function run(): Promise<Claim[]> {
  return await proveStoreKills({ statements: 700, instants: 280, migrations: 28 })
}

function claim(text: string): Claim {
  return { claim: text, trials: 0, held: 0 }
}
