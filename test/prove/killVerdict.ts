/** What a gateway that was killed and starts again must still have: everything that it answered, once, and nothing that is half done. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Grant } from '../../gateway/api.ts'
import { findBreak } from '../../gateway/auditLog.ts'
import type { Gate } from '../../gateway/gates/gate.ts'
import { createGateway } from '../../gateway/server.ts'
import type { Gateway } from '../../gateway/server.ts'
import { openFile, openStore } from '../../gateway/store/database.ts'
import type { Store } from '../../gateway/store/database.ts'
import type { AuditEventRow, GrantRow } from '../../gateway/store/tables.ts'
import { alice, dial } from '../gateway/gatewayFixture.ts'
import type { Note, Plan } from './killPlan.ts'

type Did<Kind extends Note['did']> = Extract<Note, { did: Kind }>

const overStates = new Set(['closed', 'denied', 'cancelled', 'lapsed'])
const endings = new Set(['grant.expired', 'grant.released', 'grant.closed'])
/** Deadlines that are near enough to wait for. */
const watchedMs = 1500
const mostLateMs = 1000

export async function faultsAfterKill(plan: Plan, notes: readonly Note[]): Promise<{ faults: string[]; watched: number }> {
  const faults: string[] = []
  const granted = notes.filter((note): note is Did<'granted'> => note.did === 'granted')
  for (const { port } of granted.slice(-3)) if (await isOpen(plan.relayAddress, port)) faults.push(`port ${port} outlived its gateway`)
  let gate: Gate | undefined
  const file = openFile(plan.folder)
  const gateway = await createGateway({
    dataFolder: plan.folder,
    clock: { now: () => Date.now(), monotonicMs: () => performance.now() },
    relayAddress: plan.relayAddress,
    openFile: () => file,
    throughGate: (own) => (gate = own),
  })
  const rows = () => file.prepare<[], GrantRow>('select * from grants').all()
  const events = () => file.prepare<[], AuditEventRow>('select * from audit order by seq').all()
  faults.push(...halfDone(rows(), (await gate?.list()) ?? []))
  faults.push(...lostOrDoubled(rows(), events(), notes))
  faults.push(...(await askedAgain(gateway, rows, notes)))
  const watched = await watchDeadlines(plan, rows())
  faults.push(...watched.faults)
  faults.push(...unevenHistories(rows(), events()))
  await gateway.close()
  const store = openStore(openFile(plan.folder))
  faults.push(...(await brokenLog(store)))
  await store.destroy()
  return { faults, watched: watched.count }
}

/** After a start a grant is open, with its gate, or over. */
function halfDone(rows: readonly GrantRow[], open: readonly string[]): string[] {
  const faults: string[] = []
  const ways = new Set(open)
  for (const { id, state, endsAt } of rows) {
    const isRunning = (endsAt ?? 0) > Date.now()
    if (state === 'open' && isRunning && !ways.has(id)) faults.push(`${id} is open without a gate`)
    if (state !== 'open' && !overStates.has(state)) faults.push(`${id} is ${state}`)
    if (state !== 'open') ways.delete(id)
  }
  const known = new Set(rows.map((row) => row.id))
  for (const id of ways) if (!known.has(id)) faults.push(`a gate is open for ${id}, which is no grant`)
  return faults
}

function lostOrDoubled(rows: readonly GrantRow[], events: readonly AuditEventRow[], notes: readonly Note[]): string[] {
  const faults: string[] = []
  const byId = new Map(rows.map((row) => [row.id, row]))
  const asked = new Set(notes.flatMap((note) => (note.did === 'asked' ? [note.key] : [])))
  const count = (id: string, action: string) => events.filter((event) => event.grantId === id && event.action === action).length
  for (const row of rows) {
    if (!asked.has(row.requestKey)) faults.push(`${row.id} was never asked for`)
    const extensions = events.filter(
      (event) => event.grantId === row.id && event.action === 'grant.extended' && event.outcome === 'ok',
    ).length
    const tries = notes.filter((note) => note.did === 'askedToExtend' && note.id === row.id).length
    const told = notes.filter((note) => note.did === 'extended' && note.id === row.id).length
    if (extensions < told || extensions > tries) faults.push(`${row.id} was extended ${extensions} times; asked ${tries}, told ${told}`)
    if ((row.endsAt ?? 0) !== row.requestedAt + row.durationMs + extensions * 1000)
      faults.push(`the end of ${row.id} is not as its events say`)
  }
  for (const note of notes) {
    if (note.did === 'granted') {
      const row = byId.get(note.id)
      if (row?.requestKey !== note.key) faults.push(`${note.id} is lost`)
      for (const action of ['grant.requested', 'grant.approved', 'grant.opened']) {
        if (count(note.id, action) !== 1) faults.push(`${note.id} has ${count(note.id, action)} × ${action}`)
      }
    }
    if (note.did === 'released' && byId.get(note.id)?.state !== 'closed') faults.push(`the release of ${note.id} is lost`)
    if (note.did === 'told' && events.filter((event) => event.detail.includes(note.mark)).length !== 1)
      faults.push('an event is lost or doubled')
  }
  return faults
}

/** Whoever did not hear an answer asks again with the same key: one effect, whichever way it went the first time. */
async function askedAgain(gateway: Gateway, rows: () => GrantRow[], notes: readonly Note[]): Promise<string[]> {
  const faults: string[] = []
  const answered = new Map(notes.flatMap((note) => (note.did === 'granted' ? [[note.key, note.id] as const] : [])))
  const asked = notes.filter((note): note is Did<'asked'> => note.did === 'asked')
  const unheard = asked.filter(({ key }) => !answered.has(key))
  for (const { key, body } of [...unheard, ...asked.filter(({ key: one }) => answered.has(one)).slice(-2)]) {
    const before = rows().find((row) => row.requestKey === key)
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const request = new Request('https://gateway.internal/v1/grants', { method: 'POST', headers, body: JSON.stringify(body) })
    const answer = await gateway.fetch(request, alice)
    const same = rows().filter((row) => row.requestKey === key)
    // Policy was tightened in the meantime: then nothing is there, and nothing comes.
    const isRefused = answer.status === 403 && before === undefined && same.length === 0
    if (isRefused) continue
    if (same.length !== 1 || (before !== undefined && same[0]?.id !== before.id)) faults.push(`the key ${key} has ${same.length} grants`)
    const expected = before === undefined ? 201 : before.closeReason === 'gateFailed' ? 502 : 200
    if (answer.status !== expected) faults.push(`asked again, ${key} was answered with ${answer.status} instead of ${expected}`)
    else if (answer.status < 300 && Grant.parse(await answer.json()).id !== same[0]?.id)
      faults.push(`the key ${key} was answered with another grant`)
  }
  return faults
}

async function watchDeadlines(plan: Plan, rows: readonly GrantRow[]): Promise<{ faults: string[]; count: number }> {
  const near = rows.filter((row) => row.state === 'open' && (row.endsAt ?? 0) < Date.now() + watchedMs)
  const faults = await Promise.all(
    near.map(async (row) => {
      const port = portOf(row)
      const endsAtMs = row.endsAt ?? 0
      await sleep(Math.max(0, endsAtMs - Date.now() + 20))
      while (await isOpen(plan.relayAddress, port)) {
        if (Date.now() > endsAtMs + mostLateMs) return [`${row.id} was open more than a second past its deadline`]
        await sleep(50)
      }
      return []
    }),
  )
  // What is written follows.
  if (near.length > 0) await sleep(100)
  return { faults: faults.flat(), count: near.length }
}

/** Each grant's events tell one life: opened at most once, ended once if it is over, its gate closed as often as it ended. */
function unevenHistories(rows: readonly GrantRow[], events: readonly AuditEventRow[]): string[] {
  const faults: string[] = []
  for (const row of rows) {
    const mine = events.filter((event) => event.grantId === row.id).map((event) => event.action)
    const ended = mine.filter((action) => endings.has(action)).length
    const closed = mine.filter((action) => action === 'gate.closed').length
    const opened = mine.filter((action) => action === 'grant.opened').length
    const expected = row.state === 'closed' ? 1 : 0
    if (ended !== expected || closed !== expected) faults.push(`${row.id} is ${row.state}, ended ${ended} and closed ${closed} times`)
    if (opened !== (row.openedAt === null ? 0 : 1)) faults.push(`${row.id} was opened ${opened} times`)
  }
  return faults
}

async function brokenLog(store: Store): Promise<string[]> {
  const at = await findBreak(store)
  return at === undefined ? [] : [`the log breaks at ${at}`]
}

function portOf(row: GrantRow): number {
  return Grant.shape.endpoints.parse(JSON.parse(row.endpoints))[0]?.connectPort ?? 0
}

async function isOpen(address: string, port: number): Promise<boolean> {
  try {
    const socket = await dial(address, port)
    socket.destroy()
    return true
  } catch {
    return false
  }
}
