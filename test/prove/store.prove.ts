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
const endsPerFile = 40
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

  const lanes = [0, 1].map(async (lane) => {
    let place: { folder: string; notes: string } | undefined
    let left = 0
    for (const [index, { kill, about }] of kills.entries()) {
      if (index % 2 !== lane) continue
      if (place === undefined || left === 0) {
        if (place) rmSync(place.folder, { recursive: true })
        const folder = mkdtempSync(join(memoryFolder, 'store-killed-'))
        place = { folder, notes: join(folder, 'notes') }
        left = endsPerFile
      }
      left -= 1
      const faults = await killOnce(place, kill)
      about.trials += 1
      if (faults.length === 0) about.held += 1
      else console.error(JSON.stringify(kill), faults.join('\n  '))
    }
    if (place) rmSync(place.folder, { recursive: true })
  })
  await Promise.all(lanes)
  return [atStatements, atInstants, inMigrations]
}

/** Ends one, and answers what the next one finds. */
async function killOnce(place: { folder: string; notes: string }, kill: Kill): Promise<string[]> {
  const isMigration = kill.migrationKill !== undefined
  if (isMigration) {
    // There has to be something to migrate.
    await start({ ...place, afterMs: 150, migrates: false })
    await start({ ...place, ...kill, migrates: true })
    // The one that ends the migration leaves a file that an older console does not open.
    const last = await start({ ...place, afterMs: 50, migrates: true })
    const { code, faults } = last
    rmSync(place.folder, { recursive: true })
    const fresh = mkdtempSync(`${place.folder}-`)
    place.folder = fresh
    place.notes = join(fresh, 'notes')
    return code === 'SIGKILL' ? faults : [...faults, `it ended by itself: ${code}`]
  }
  const killed = await start({ ...place, ...kill, migrates: false })
  if (killed.code !== 'SIGKILL') return [...killed.faults, `it ended by itself: ${killed.code}`]
  const next = await start({ ...place, killAt: { call: 1, when: 'before' }, migrates: false })
  return next.code === 'SIGKILL' ? next.faults : [...next.faults, `the next one ended by itself: ${next.code}`]
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
