/** The inventory's rows: written one by one with what they are found by, read in the orders that a start needs. */
import { type Indexed, nameOf, orderOf, sameName, toIndexed } from '../../machines/search/indexed.ts'
import type { ProviderMachine } from '../../providers/provider.ts'
import type { SqliteFile } from './file.ts'

interface Row {
  n: number
  provider: string
  state: number
  text: string
  os: string
  site: string
  user: string
  tags: string
  last_user: string
  agent: string
  approvals: number
  port: number
  access_at: number
  seen_at: number
}

export interface StoredMachine {
  n: number
  providerId: string
  machine: ProviderMachine
  nameIsShared: boolean
}

const found = 'n, provider, state, text, os, site, user, tags, last_user, agent, approvals, port, access_at, seen_at'
/** What stands between tags; no tag has it. */
const between = '\n'

export type MachineRows = ReturnType<typeof createMachineRows>

export function createMachineRows(file: SqliteFile) {
  const sql = {
    byId: file.prepare<[string, string], { n: number; state: number; gone: number; value: string }>(
      'select n, state, gone, value from machine join machine_rest using (n) where provider = ? and id = ?',
    ),
    insert: file.prepare(
      `insert into machine(provider, id, ord, same, state, text, os, site, user, tags, last_user, agent, approvals, port, access_at, seen_at, run)
       values (@provider, @id, @ord, @same, @state, @text, @os, @site, @user, @tags, @lastUser, @agent, @approvals, @port, @accessAt, @seenAt, @run)`,
    ),
    update: file.prepare(
      `update machine set ord = @ord, same = @same, state = @state, text = @text, os = @os, site = @site, user = @user, tags = @tags,
         last_user = @lastUser, agent = @agent, approvals = @approvals, port = @port, access_at = @accessAt, seen_at = @seenAt, run = @run, gone = 0
       where n = @n`,
    ),
    seen: file.prepare('update machine set run = ?, gone = 0 where n = ?'),
    putRest: file.prepare('insert or replace into machine_rest(n, value) values (?, ?)'),
    remove: file.prepare<[number], { state: number }>('delete from machine where n = ? returning state'),
    removeRest: file.prepare('delete from machine_rest where n = ?'),
    count: file.prepare('update machine_count set count = count + ? where state = ?'),
    counts: file.prepare<[], { count: number }>('select count from machine_count order by state'),
    one: file.prepare<[number], Row>(`select ${found} from machine where n = ?`),
    after: file.prepare<[number, number], Row>(`select ${found} from machine where n > ? order by n limit ?`),
    inOrder: file.prepare<[number, string, number, number], { n: number; ord: string }>(
      'select n, ord from machine where state = ? and (ord, n) > (?, ?) order by ord, n limit ?',
    ),
    page: file.prepare<[number, number, number], { n: number }>('select n from machine where state = ? order by ord, n limit ? offset ?'),
    pageBack: file.prepare<[number, number, number], { n: number }>(
      'select n from machine where state = ? order by ord desc, n desc limit ? offset ?',
    ),
    // Namesakes by the order's index, in each of the three states: only few have the same name.
    whole: file.prepare<[string], { n: number; provider: string; value: string; shared: number }>(
      `select one.n, provider, rest.value,
         (select count(*) from (select 1 from machine where state in (0, 1, 2) and ord = one.ord and same = one.same limit 2)) > 1 shared
       from json_each(?) wanted join machine one on one.n = wanted.value join machine_rest rest using (n) order by wanted.key`,
    ),
    namesakes: file.prepare<[string, string], { n: number }>(
      'select n from machine where state in (0, 1, 2) and ord = ? and same = ? limit 50',
    ),
    size: file.prepare<[], { size: number; most: number }>(
      'select (select sum(count) from machine_count) size, coalesce(max(n), 0) most from machine',
    ),
  }

  /** In the order of the numbers; those that are gone are left out. */
  function whole(numbers: readonly number[]): StoredMachine[] {
    return sql.whole.all(JSON.stringify(numbers)).map(({ n, provider, value, shared }) => ({
      n,
      providerId: provider,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `put`, in a file that only we can write
      machine: JSON.parse(value) as ProviderMachine,
      nameIsShared: shared === 1,
    }))
  }

  return {
    /** Puts it in or over what was there; answers its number, and whether anything of it is new. */
    put(providerId: string, machine: ProviderMachine, run: number): { n: number; isNew: boolean; changed: boolean } {
      const value = JSON.stringify(machine)
      const before = sql.byId.get(providerId, machine.id)
      if (before?.value === value) {
        sql.seen.run(run, before.n)
        return { n: before.n, isNew: false, changed: false }
      }
      const { tags, gateway, ...indexed } = toIndexed(providerId, machine)
      const row = {
        ...indexed,
        provider: gateway,
        id: machine.id,
        tags: tags.join(between),
        ord: orderOf(nameOf(indexed.text)),
        same: sameName(machine.name),
        run,
      }
      const n = before?.n ?? Number(sql.insert.run(row).lastInsertRowid)
      if (before) {
        sql.update.run({ ...row, n })
        if (before.state !== row.state) sql.count.run(-1, before.state)
      }
      if (before?.state !== row.state) sql.count.run(1, row.state)
      sql.putRest.run(n, value)
      return { n, isNew: !before, changed: true }
    },
    numberOf: (providerId: string, id: string): number | undefined => sql.byId.get(providerId, id)?.n,
    remove(n: number): void {
      const gone = sql.remove.get(n)
      if (!gone) return
      sql.removeRest.run(n)
      sql.count.run(-1, gone.state)
    },
    counts: (): number[] => sql.counts.all().map(({ count }) => count),
    size: () => sql.size.get() ?? { size: 0, most: 0 },
    indexed(n: number): Indexed | undefined {
      const row = sql.one.get(n)
      return row && toIndexedRow(row)
    },
    after: (n: number, limit: number): Indexed[] => sql.after.all(n, limit).map(toIndexedRow),
    inOrder: (state: number, after: { ord: string; n: number }, limit: number) => sql.inOrder.all(state, after.ord, after.n, limit),
    /** By name, from the index alone. */
    page(state: number, descending: boolean, limit: number, offset: number): number[] {
      return (descending ? sql.pageBack : sql.page).all(state, limit, offset).map(({ n }) => n)
    },
    whole,
    /** Whether the provider has one of this name (as F-30 compares) and address. */
    isKnown(providerId: string, name: string, address: string): boolean {
      const { ord, same } = textOf(name)
      const namesakes = whole(sql.namesakes.all(ord, same).map(({ n }) => n))
      return namesakes.some((one) => one.providerId === providerId && one.machine.address.toLowerCase() === address.toLowerCase())
    },
  }
}

/** What machines of this name are ordered by, and compared by. */
function textOf(name: string): { ord: string; same: string } {
  const line = nameOf(toIndexed('', { ...nobody, name }).text)
  return { ord: orderOf(line), same: sameName(name) }
}

const nobody: ProviderMachine = {
  id: '',
  name: '',
  address: '',
  os: 'other',
  site: '',
  tags: [],
  addedAt: '',
  sshPort: 22,
  rdpPort: 3389,
  rules: [],
  approvalsIn7Days: 0,
  gate: 'relay',
  facts: {},
}

function toIndexedRow(row: Row): Indexed {
  const { n, provider, state, text, os, site, user, tags, last_user, agent, approvals, port, access_at, seen_at } = row
  return {
    n,
    gateway: provider,
    state,
    text,
    os,
    site,
    user,
    tags: tags === '' ? [] : tags.split(between),
    lastUser: last_user,
    agent,
    approvals,
    port,
    accessAt: access_at,
    seenAt: seen_at,
  }
}
