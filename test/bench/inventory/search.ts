/** Keystrokes in the engine, as the store's worker answers them, against looking through every machine. */
import { createMachines } from '../../../main/platform/store/machines.ts'
import { openMemory } from '../../../main/platform/store/file.ts'
import { benchMachine } from './seed.ts'
import { quantile } from '../quantiles.ts'

const typed = [
  'web-ber 77',
  'büro',
  'kiosk-muc',
  'production köln',
  '10.1.',
  'zzzz',
  'contoso head',
  'サーバ',
  'anna.sch',
  'm12345.example',
]
const rounds = 9

export async function measureSearch(count: number) {
  const store = createMachines(openMemory())
  const machines = Array.from({ length: count }, (_, at) => benchMachine(at))
  for (let at = 0; at < count; at += 5000)
    await store.put('desk', {
      machines: machines.slice(at, at + 5000),
      removed: [],
      cursor: 'c',
      more: at + 5000 < count,
      at: 0,
      expected: [],
    })
  const page = { sort: 'name', descending: false, offset: 0, limit: 60 } as const
  const searches = typed.flatMap((text) => Array.from(text, (_, at) => text.slice(0, at + 1)))
  await store.list({ tab: 'configured', search: 'x', filter: {} }, page)
  // The best of some rounds: the clock on the wall tells of the computer's other work too.
  const ours = searches.map(() => Infinity)
  const linear = searches.map(() => Infinity)
  for (let round = 0; round < rounds; round += 1)
    for (const [at, search] of searches.entries()) {
      const before = performance.now()
      await store.list({ tab: 'configured', search, filter: {} }, page)
      const between = performance.now()
      ours[at] = Math.min(ours[at] ?? Infinity, between - before)
      scan(machines, search)
      linear[at] = Math.min(linear[at] ?? Infinity, performance.now() - between)
    }
  const [mine, other] = [quantile(ours, 0.95), quantile(linear, 0.95)]
  return { measure: 'inventory-search', value: mine, unit: 'ms', against: `a linear scan, p95 ${other.toFixed(1)} ms`, ratio: mine / other }
}

/** What a list that keeps objects does. */
function scan(machines: readonly ReturnType<typeof benchMachine>[], search: string): number {
  const words = search.toLowerCase().split(/\s+/u).filter(Boolean)
  const found = machines.filter(({ name, address, site, tags, user = '' }) => {
    const text = `${name} ${address} ${site} ${tags.join(' ')} ${user}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return found.length
}
