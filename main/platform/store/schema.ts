/** The local store's tables. Each step of `migrations` brings a file from the version before; a step that was released is never changed. */
import type { SqliteFile } from './file.ts'
import { machineTables } from './machinesSchema.ts'

export const migrations: readonly ((file: SqliteFile) => void)[] = [
  (file) =>
    file.exec(`
      create table log(
        n integer primary key, provider text not null unique, count integer not null default 0, kept_from integer not null default 1,
        verified integer not null default 0, heard_of integer, heard_at integer
      ) strict;
      create table stretch(log integer not null, first integer not null, last integer not null, primary key(log, first)) strict, without rowid;
      ${machineTables}
    `),
]

/**
 * A log's own tables, so that forgetting it is dropping them:
 * `event` has what is kept, ids in the place of what repeats; `name` is what they stand for; `part` holds the same columns once more, 4,096 events a row,
 * for filters that go through millions; `word` finds words, `term` what words begin with; `hash` is the tree, 256 hashes a row; `changed` what is not
 * as its hash says.
 */
export function createLogTables(file: SqliteFile, n: number): void {
  file.exec(`
    create table event_${n}(
      seq integer primary key, at integer not null, kind integer not null, actor integer not null, machine integer not null, site integer not null,
      port integer, grant_id text, detail text not null, more text
    ) strict;
    create table name_${n}(id integer primary key, sort integer not null, value text not null, unique(sort, value)) strict;
    create table part_${n}(id integer primary key, data blob not null) strict;
    create virtual table word_${n} using fts5(text, content='', contentless_delete=1, detail=none, tokenize='ascii');
    create table term_${n}(term text primary key) strict, without rowid;
    create table hash_${n}(id integer primary key, hashes blob not null) strict;
    create table changed_${n}(seq integer primary key) strict;
  `)
}

export function dropLogTables(file: SqliteFile, n: number): void {
  for (const table of ['event', 'name', 'part', 'word', 'term', 'hash', 'changed']) file.exec(`drop table ${table}_${n}`)
}
