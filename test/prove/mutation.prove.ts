/**
 * `npm run prove -- mutation [AREA…]`: each small change of what decides over access, grants, their ends and the log is noticed by a test. Those that
 * are not are printed with their lines.
 */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'
import { type Area, areas, neededShare } from './mutationAreas.ts'

interface Claim {
  claim: string
  trials: number
  held: number
  needed: number
}

const repository = path.resolve(import.meta.dirname, '../..')
const stryker = path.join(path.dirname(createRequire(import.meta.url).resolve('@stryker-mutator/core/package.json')), 'bin/stryker.js')
// As stryker.config.mjs says.
const reportFile = path.join(repository, '.cache/mutation.json')

const Report = z.object({ files: z.record(z.string(), z.object({ mutants: z.array(z.object({ status: z.string() })) })) })
/** What counts: the others were ignored for a reason that stands beside the code, or could not be run at all. */
const noticed = ['Killed', 'Timeout']
const unnoticed = ['Survived', 'NoCoverage']

export const parts = Object.keys(areas)

export async function run(names: readonly string[] = parts): Promise<Claim[]> {
  const claims: Claim[] = []
  for (const [name, area] of Object.entries(areas)) if (names.includes(name)) claims.push(await mutate(name, area))
  return claims
}

async function mutate(name: string, area: Area): Promise<Claim> {
  rmSync(reportFile, { force: true })
  const code = await runStryker(name, area)
  if (code !== 0) throw new Error(`StrykerJS ended with ${code}`)
  const report = Report.parse(JSON.parse(readFileSync(reportFile, 'utf8')))
  const statuses = Object.values(report.files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
  const count = (wanted: readonly string[]): number => statuses.filter((status) => wanted.includes(status)).length
  const held = count(noticed)
  const trials = held + count(unnoticed)
  const share = trials === 0 ? 0 : held / trials
  const claim = `${name}: a test notices what is changed (${(100 * share).toFixed(1)} %, at least ${100 * neededShare} %)`
  return { claim, trials, held, needed: Math.max(1, Math.ceil(neededShare * trials)) }
}

/** Its words go to stderr: stdout is for the claims. */
async function runStryker(name: string, area: Area): Promise<number | null> {
  const env = { ...process.env, MUTATION_AREA: name }
  const child = spawn(process.execPath, [stryker, 'run', '--mutate', area.mutate.join(',')], {
    cwd: repository,
    env,
    stdio: ['ignore', process.stderr, process.stderr],
  })
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
}
