/** What a technician asks of a log, for the local store and, as SQL, for the sqlite3 command line on the same events without encryption. */
import type { StoredEvents } from '../../main/localStore.ts'
import type { AuditFilter } from '../../preload/contract.ts'
import { eventOf } from '../main/platform/store/storyOfALog.ts'

type Options = Omit<Parameters<StoredEvents['page']>[1], 'before' | 'limit'>

export interface Question {
  name: string
  filter: AuditFilter
  options?: Options
  /** Begins behind this event. */
  behind?: number
  sql: string
}

const columns = 'e.seq, e.at, e.actor, e.action, e.outcome, e.machine_id, e.machine_name, e.site, e.grant_id, e.port, e.detail'
const page = (where: string, order = 'e.seq desc'): string => `select ${columns} from event e where ${where} order by ${order} limit 51`
const found = (match: string, where = 'true'): string =>
  `select ${columns} from word w join event e on e.seq = w.rowid where w.word match '${match}' and ${where} order by w.rowid desc limit 51`
const at = (seq: number): string => new Date(eventOf(seq).at).toISOString()
const between = (from: number, to: number): string => `e.at between ${eventOf(from).at} and ${eventOf(to).at}`
const person = (number: number): string => `person${number}@contoso.example`

export function queries(count: number): Question[] {
  const middle = Math.floor(count / 2)
  return [
    { name: 'the newest', filter: {}, sql: page('true') },
    { name: 'deep inside', filter: {}, behind: middle, sql: page(`e.seq < ${middle}`) },
    { name: 'failed', filter: { outcomes: ['failed'] }, sql: page(`e.outcome = 'failed'`) },
    { name: 'a busy technician', filter: { actors: [person(3)] }, sql: page(`e.actor = '${person(3)}'`) },
    { name: 'a rare technician', filter: { actors: [person(1998)] }, sql: page(`e.actor = '${person(1998)}'`) },
    { name: 'a machine', filter: { machineId: 'desk:m19990' }, sql: page(`e.machine_id = 'm19990'`) },
    {
      name: 'a technician’s failed sessions',
      filter: { actors: [person(17)], topics: ['session'], outcomes: ['failed'] },
      sql: page(`e.actor = '${person(17)}' and e.action >= 'session.' and e.action < 'session/' and e.outcome = 'failed'`),
    },
    {
      name: 'refused at a site',
      filter: { sites: ['Contoso / Bern'], outcomes: ['refused'] },
      sql: page(`e.site = 'Contoso / Bern' and e.outcome = 'refused'`),
    },
    { name: 'a port', filter: { ports: [5900] }, sql: page('e.port = 5900') },
    { name: 'a grant', filter: { grantId: `desk:${eventOf(middle).grantId}` }, sql: page(`e.grant_id = '${eventOf(middle).grantId}'`) },
    { name: 'an hour long ago', filter: { from: at(1000), to: at(1200) }, sql: page(between(1000, 1200)) },
    {
      name: 'failed in a month',
      filter: { from: at(middle), to: at(middle + 140_000), outcomes: ['failed'] },
      sql: page(`${between(middle, middle + 140_000)} and e.outcome = 'failed'`),
    },
    {
      name: 'what never was',
      filter: { actors: ['gateway'], ports: [443], topics: ['policy'] },
      sql: page(`e.actor = 'gateway' and e.port = 443 and e.action = 'policy.changed'`),
    },
    {
      name: 'by machine',
      filter: {},
      options: { sort: 'machine', descending: false },
      sql: page('e.machine_name is not null', 'e.machine_name, e.seq desc'),
    },
  ]
}

export function searches(count: number): Question[] {
  const ticket = /INC\d+/.exec(eventOf(Math.floor(count / 3)).detail)?.[0] ?? ''
  return [
    { name: 'a ticket', filter: { text: ticket }, sql: found(`"${ticket.toLowerCase()}"*`) },
    { name: 'a common word', filter: { text: 'printer' }, sql: found('printer*') },
    { name: 'two common words', filter: { text: 'printer contoso' }, sql: found('printer* AND contoso*') },
    { name: 'one letter', filter: { text: 'p' }, sql: found('p*') },
    { name: 'a word of all', filter: { text: 'inc' }, sql: found('inc*') },
    { name: 'a beginning', filter: { text: 'pri sec' }, sql: found('pri* AND sec*') },
    { name: 'a word of none', filter: { text: 'zebra' }, sql: found('zebra*') },
    {
      name: 'a common word, a rare technician',
      filter: { text: 'printer', actors: [person(1998)] },
      sql: found('printer*', `e.actor = '${person(1998)}'`),
    },
    {
      name: 'a common word, failed',
      filter: { text: 'printer', outcomes: ['failed'] },
      sql: found('printer*', `e.outcome = 'failed'`),
    },
    { name: 'a number', filter: { text: '3389' }, sql: found('3389*') },
    { name: 'Japanese', filter: { text: 'プリンタ' }, sql: found('"フリンタ"*') },
  ]
}
