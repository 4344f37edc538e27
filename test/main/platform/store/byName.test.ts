/** Events in the order of their machines or actors: found name by name or put in order by themselves, they are the same. */
import { beforeAll, expect, test } from 'vitest'
import { placesByName } from '../../../../main/platform/store/byName.ts'
import { openMemory } from '../../../../main/platform/store/file.ts'
import type { Log } from '../../../../main/platform/store/log.ts'
import { createLogs } from '../../../../main/platform/store/logs.ts'
import { putEvents } from '../../../../main/platform/store/put.ts'
import { wantedOf } from '../../../../main/platform/store/wanted.ts'
import type { AuditFilter } from '../../../../preload/contract.ts'
import { eventsOf, helpDesk } from './storyOfALog.ts'

let log: Log

beforeAll(() => {
  const file = openMemory()
  const logs = createLogs(file)
  logs.change('desk', (made) => {
    putEvents(file, made, eventsOf(1, 5000, { ...helpDesk, machines: 120, technicians: 15 }))
    log = made
  })
})

const questions: AuditFilter[] = [
  { text: 'printer' },
  { text: 'contoso', outcomes: ['failed'] },
  { text: 'pt1h' },
  { text: 'policy' },
  { text: 'inc01' },
  { text: 'printer', sites: ['Contoso / Bern', 'Contoso / Chur'] },
]

test.each(questions)('%o', (filter) => {
  const wanted = wantedOf(log, filter)
  if (!wanted) throw new Error('nothing can fit')
  for (const column of ['machine', 'actor'] as const) {
    for (const descending of [true, false]) {
      const all = placesByName(log, wanted, { column, descending }, undefined, 5000)
      const byName = placesByName(log, wanted, { column, descending }, undefined, 5000, 3)
      expect(byName).toEqual(all)
      expect(all.length).toBeGreaterThan(20)
      const [middle] = all.slice(Math.floor(all.length / 2))
      const rest = placesByName(log, wanted, { column, descending }, middle, 30, 3)
      expect(rest).toEqual(all.slice(Math.floor(all.length / 2) + 1).slice(0, 30))
    }
  }
})
