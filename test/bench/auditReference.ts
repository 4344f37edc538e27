/** The same events in a plain SQLite file, made and asked by the sqlite3 command line: with every index that these questions can use. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import Database from 'better-sqlite3-multiple-ciphers'
import { eventsOf } from '../main/platform/store/storyOfALog.ts'
import { wordsOf } from '../../main/platform/store/words.ts'

const program = 'sqlite3'
const batch = 10_000

const build = `
pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -262144;
create table event(
  seq integer primary key, at integer, actor text, action text, outcome text, machine_id text, machine_name text, site text, grant_id text, port integer,
  detail text
);
insert into event select seq, at, actor, action, outcome, machine_id, machine_name, site, grant_id, port, detail from raw.event;
create index event_at on event(at);
create index event_actor on event(actor);
create index event_action on event(action, outcome);
create index event_outcome on event(outcome);
create index event_machine on event(machine_id);
create index event_name on event(machine_name, seq desc);
create index event_site on event(site, outcome);
create index event_grant on event(grant_id);
create index event_port on event(port);
create virtual table word using fts5(text, content='', detail=none, columnsize=0, tokenize='ascii');
insert into word(rowid, text) select seq, words from raw.event;
analyze;
`

/** Puts the events where the command line can take them from; not a part of what is measured. */
export function writeRaw(path: string, count: number): void {
  const raw = new Database(path)
  raw.exec(`pragma journal_mode = off; pragma synchronous = off;
    create table event(seq integer primary key, at, actor, action, outcome, machine_id, machine_name, site, grant_id, port, detail, words)`)
  const insert = raw.prepare('insert into event values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  for (let first = 1; first <= count; first += batch) {
    raw.transaction(() => {
      for (const event of eventsOf(first, Math.min(count, first + batch - 1))) {
        const { seq, at, actor, action, outcome, machineId, machineName, site, grantId, port, detail } = event
        const words = [...wordsOf(event)].join(' ')
        insert.run(seq, at, actor, action, outcome, machineId, machineName, site, grantId, port, detail, words)
      }
    })()
  }
  raw.close()
}

/** Makes the file with its indexes; answers milliseconds. */
export function buildReference(path: string, raw: string): number {
  const startedMs = performance.now()
  const { status, stderr } = spawnSync(program, [path], { input: `attach '${raw}' as raw;\n${build}`, encoding: 'utf8' })
  if (status !== 0) throw new Error(`sqlite3: ${stderr}`)
  return performance.now() - startedMs
}

export interface Reference {
  /** Milliseconds from the question to the last line of its answer. */
  ask(sql: string): Promise<number>
  close(): Promise<void>
}

/** One that stays open, as the console does, with as much of a cache. */
export function openReference(path: string): Reference {
  const child = spawn(program, ['-batch', path], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.write('pragma cache_size = -65536;\n')
  child.stdout.setEncoding('utf8')
  const lines = async (): Promise<string> => {
    const bytes: unknown[] = await once(child.stdout, 'data')
    return String(bytes[0])
  }
  return {
    async ask(sql) {
      const startedMs = performance.now()
      child.stdin.write(`${sql};\n.print end\n`)
      let said = ''
      for (;;) {
        said = (said + (await lines())).slice(-20)
        if (said.endsWith('end\n')) return performance.now() - startedMs
      }
    },
    async close() {
      child.stdin.end('.quit\n')
      await once(child, 'exit')
    },
  }
}
