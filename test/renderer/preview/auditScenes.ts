/** The preview's answers for the activity. `audit:…` scenes are states of the local copy and of its proofs. */
import type {
  AuditCache,
  AuditExport,
  AuditFacets,
  AuditFilter,
  AuditOverview,
  AuditRow,
  LocalCopy,
  MachineRow,
  WatchedLog,
} from '../../../preload/contract.ts'
import type { Handlers } from '../../fakes/bridge.ts'
import { previewLog } from './auditLog.ts'
import type { Look } from './scenes.ts'

const minuteMs = 60_000
const now = Date.now()
const at = (ms: number) => new Date(now + ms).toISOString()
const desk = { id: 'desk', name: 'This desk' }
const team = [desk, { id: 'contoso', name: 'Contoso' }, { id: 'fabrikam', name: 'Fabrikam' }]
const root = 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg='

/** As many events as nobody could hold: each is made when it is asked for. */
const millions = 5_000_000
function oneOfMillions(index: number, machines: readonly MachineRow[]): AuditRow {
  const machine = machines[index % Math.max(1, machines.length)]
  const seq = millions - index
  const action = ['session.started', 'grant.opened', 'gate.opened', 'grant.requested', 'connect.failed'][index % 5] ?? ''
  return {
    id: `desk:${seq}`,
    seq,
    at: at(-index * 12_600),
    actor: ['anna.schmidt', 'b.larsen', 'j.okafor'][index % 3] ?? '',
    action,
    outcome: action === 'connect.failed' ? 'failed' : 'ok',
    detail: {},
    gateway: desk,
    mark: 'verified',
    ...(machine ? { machineId: machine.id, machineName: machine.name, site: machine.site } : {}),
  }
}

function overviewOf(rows: readonly AuditRow[], filter: AuditFilter, bins: number): AuditOverview {
  const times = rows.map((row) => Date.parse(row.at))
  if (times.length === 0) return { bins: [], total: 0, isAtLeast: false }
  const from = filter.from === undefined ? Math.min(...times) : Date.parse(filter.from)
  const to = filter.to === undefined ? Math.max(...times) : Date.parse(filter.to)
  const width = Math.max(1, Math.ceil((to - from + 1) / bins))
  const counts = Array.from({ length: Math.ceil((to - from + 1) / width) }, (_, index) => ({
    at: new Date(from + index * width).toISOString(),
    ok: 0,
    refused: 0,
    failed: 0,
  }))
  rows.forEach((row, index) => {
    const bin = counts[Math.floor(((times[index] ?? from) - from) / width)]
    if (bin) bin[row.outcome]++
  })
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), bins: counts, total: rows.length, isAtLeast: false }
}

function facetsOf(rows: readonly AuditRow[]): AuditFacets {
  const count = (of: (row: AuditRow) => string | undefined) => {
    const counts = new Map<string, number>()
    for (const row of rows) {
      const value = of(row)
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    return [...counts]
      .map(([value, many]) => ({ value, count: many }))
      .sort((one, other) => other.count - one.count)
      .slice(0, 50)
  }
  const names = new Map(rows.map((row) => [row.machineId, row.machineName ?? '']))
  return {
    actors: count((row) => row.actor),
    actions: count((row) => row.action),
    sites: count((row) => row.site),
    ports: count((row) => (row.port === undefined ? undefined : String(row.port))),
    machines: count((row) => row.machineId).map(({ value, count: many }) => ({ id: value, name: names.get(value) ?? '', count: many })),
  }
}

/** The answers of one scene; `ring` tells the window of what comes in. */
export function auditHandlers(name: string, machines: readonly MachineRow[], look: Look): Handlers {
  // The window's own scenes show the log as it mostly is.
  const state = name.startsWith('audit:') ? name.slice(6) : name === 'full' ? 'usual' : name
  const isQuiet = state === 'empty' || state === 'first'
  const gateways = state === 'team' || state === 'changed' ? team : [desk]
  const log = previewLog(isQuiet ? [] : machines, gateways, 900)
  const failed = { failure: { tag: 'offline', provider: 'desk' } } as const
  const never = new Promise<never>(() => {})
  let copy: LocalCopy = { kind: 'ready', bytes: 48_000_000 }
  if (state === 'locked' || state === 'memory' || state === 'inUse' || state === 'full' || state === 'opening')
    copy = { kind: state, bytes: 0 }
  if (state === 'aside')
    copy = { ...copy, setAside: { path: '/home/anna/.local/share/gatehouse/store.set-aside-2026-11-22.db', why: 'damaged' } }
  const locked = { failure: { tag: 'keychain', state: 'locked' } } as const

  mark()
  if (state === 'live') startLive()
  const exports: AuditExport[] = state === 'exports' ? someExports() : []

  return {
    'audit.list': ({ filter, before, limit, sort = 'time', descending = true }) => {
      if (state === 'loading') return never
      if (state === 'failed') return failed
      if (copy.kind === 'locked') return locked
      const start = before === undefined ? 0 : Number(before)
      if (state === 'millions') {
        const rows = Array.from({ length: Math.min(limit, millions - start) }, (_, index) => oneOfMillions(start + index, machines))
        return { rows, next: String(start + limit) }
      }
      const by = (row: AuditRow) => (sort === 'machine' ? (row.machineName ?? '') : sort === 'actor' ? row.actor : '')
      const sorted = log
        .fits(filter)
        .sort((one, other) =>
          descending ? by(other).localeCompare(by(one)) || other.seq - one.seq : by(one).localeCompare(by(other)) || one.seq - other.seq,
        )
      const rows = sorted.slice(start, start + limit)
      return { rows, ...(sorted.length > start + limit ? { next: String(start + limit) } : {}) }
    },
    'audit.overview': ({ filter, bins }) => {
      if (state === 'loading') return never
      if (state === 'failed') return failed
      if (state === 'millions') return { ...overviewOf(log.fits(filter), filter, bins), total: millions }
      return overviewOf(log.fits(filter), filter, bins)
    },
    'audit.facets': ({ filter }) => facetsOf(log.fits(filter)),
    'audit.get': ({ id }) => {
      const row = log.rows.find((one) => one.id === id)
      if (!row) return { failure: { tag: 'notFound', what: 'call' } }
      const { id: _id, gateway: _gateway, mark: _mark, ...event } = row
      return { row, json: JSON.stringify(Object.fromEntries(Object.entries(event).sort(([one], [other]) => (one < other ? -1 : 1)))) }
    },
    'audit.cache': () => ({ copy, logs: isQuiet ? [] : cachesOf() }),
    'audit.verify': () => new Promise((resolve) => setTimeout(() => resolve({}), 1500)),
    'audit.unlock': () => ({ copy }),
    'audit.export': ({ format }) => {
      exports.unshift({
        id: String(exports.length),
        format,
        state: 'done',
        path: '/home/anna/Downloads/gatehouse-audit-2026-11-22.csv',
        rows: log.rows.length,
      })
      look.ring('exports')
      return { exportId: String(exports.length - 1) }
    },
    'audit.exports': () => ({ exports: [...exports] }),
    'audit.cancelExport': () => ({}),
    'audit.logs': () => ({ logs: watchedOf(state) }),
    'audit.checkLogs': () => ({ logs: watchedOf(state) }),
    'audit.acceptLog': () => ({}),
  }

  /** The newest are not proved yet; in a changed log some are not what they were. */
  function mark(): void {
    log.rows.forEach((row, index) => {
      if (state === 'noProofs' || index < 3) row.mark = 'unverified'
      if (state === 'changed' && (index === 6 || index === 7 || index === 40)) row.mark = 'changed'
    })
  }

  function startLive(): void {
    let next = log.rows.length
    setInterval(() => {
      const [newest] = log.rows
      if (!newest) return
      next++
      log.rows.unshift({
        ...newest,
        seq: next,
        id: `desk:${next}`,
        at: new Date().toISOString(),
        action: 'session.started',
        mark: 'unverified',
      })
      look.ring('audit')
    }, 700)
  }

  function cachesOf(): AuditCache[] {
    const have = Math.ceil(log.rows.length / gateways.length)
    return gateways.map(({ id, name: gatewayName }): AuditCache => {
      const base: AuditCache = {
        gatewayId: id,
        gatewayName,
        have,
        of: have,
        asOf: at(-20_000),
        isSyncing: false,
        isOffline: false,
        verified: have,
        changed: 0,
      }
      if (id === 'contoso') return state === 'changed' ? { ...base, changed: 3 } : base
      if (id === 'fabrikam') return { ...base, isOffline: true, asOf: at(-90 * minuteMs), verified: have - 40, why: 'unreachable' }
      switch (state) {
        case 'offline':
          return { ...base, isOffline: true, asOf: at(-26 * 60 * minuteMs), why: 'unreachable' }
        case 'reading':
          return { ...base, have: 1_204_800, of: 5_000_000, isSyncing: true, verified: 0, why: 'notYet' }
        case 'checking':
          return { ...base, checking: 0.43, verified: have - 3 }
        case 'noProofs':
          return { ...base, verified: 0, why: 'noProofs' }
        case 'millions':
          return { ...base, have: millions, of: millions, verified: millions }
        default:
          return { ...base, verified: have - 3 }
      }
    })
  }
}

function someExports(): AuditExport[] {
  const path = '/home/anna/Downloads/gatehouse-audit-2026-11-22'
  return [
    { id: 'e1', format: 'bundle', state: 'running', path: `${path}.gatehouse-log`, rows: 1_204_000, of: 5_000_000 },
    { id: 'e2', format: 'csv', state: 'done', path: `${path}.csv`, rows: 2311 },
    {
      id: 'e3',
      format: 'jsonl',
      state: 'failed',
      path: `${path}.jsonl`,
      rows: 48_000,
      failure: { tag: 'file', path: `${path}.jsonl`, problem: 'full' },
    },
    { id: 'e4', format: 'csv', state: 'cancelled', path: `${path}-2.csv`, rows: 900 },
  ]
}

/** A team's console has an alarm; where nothing can be asked, nothing is verified. */
function watchedOf(state: string): WatchedLog[] {
  const own = { gatewayId: 'desk', gatewayName: 'This desk' }
  if (state === 'noProofs') return []
  if (state !== 'team' && state !== 'changed') {
    if (state === 'offline')
      return [{ ...own, state: 'unverified', why: 'unreachable', last: { size: 2311, root, at: at(-26 * 60 * minuteMs) } }]
    return state === 'empty' || state === 'first' || state === 'hostile'
      ? [{ ...own, state: 'unverified', why: 'unsigned' }]
      : [{ ...own, state: 'verified', size: 2311, root, at: at(-minuteMs) }]
  }
  const contoso = { gatewayId: 'contoso', gatewayName: 'Contoso' }
  return [
    { ...own, state: 'verified', size: 2311, root, at: at(-minuteMs) },
    state === 'changed'
      ? { ...contoso, state: 'verified', size: 48_112, root, at: at(-minuteMs) }
      : {
          ...contoso,
          state: 'changed',
          how: 'shorter',
          at: at(-12 * minuteMs),
          kept: { size: 48_112, root, at: at(-14 * minuteMs) },
          shown: { size: 47_390, root: 'Yk5oF0hJr2m8vQxv1dPZ0a3mX5m4nJq7t2yWcQe9R1U=' },
        },
    {
      gatewayId: 'fabrikam',
      gatewayName: 'Fabrikam',
      state: 'unverified',
      why: 'unreachable',
      last: { size: 912, root, at: at(-90 * minuteMs) },
    },
  ]
}
