/**
 * The inventory at 100,000 machines and a million, in the real window. `inventory-start`: from the program's start to the first rows, against the
 * same host with a blank page and nothing behind it; `inventory-start-empty` against the console without machines. `inventory-slope`: what each
 * further 100,000 cost. `inventory-search`: a keystroke in the engine against a linear scan. `inventory-paint`: from the key to the picture.
 * `inventory-scroll`: a frame while scrolling against one of an empty page. `inventory-heap`, `inventory-nodes`: what the window has of it.
 * `inventory-leak`: what a thousand times open and closed leave behind.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startConsole } from '../journeys/fixture.ts'
import { startKeyring } from '../real/parts/keyring.ts'
import { measureSearch } from './inventory/search.ts'
import { seed } from './inventory/seed.ts'
import { buildBlank, startBlank, startWithMachines } from './inventory/window.ts'
import { frames, heapMegabytes, keysToPaint, leftByCycles, nodes, prepareList } from './inventory/measures.ts'
import { quantile, median } from './quantiles.ts'

const many = 100_000
const most = 1_000_000
const rounds = 7

export const parts = ['search', 'window', 'start', 'million']

export async function run(wanted: readonly string[] = parts) {
  const root = mkdtempSync(path.join(tmpdir(), 'gatehouse-inventory-'))
  const keyring = await startKeyring()
  const env = { ...keyring.env, GATEHOUSE_HEADLESS: '1' }
  const data = path.join(root, 'data')
  const empty = path.join(root, 'empty')
  try {
    const measures = wanted.includes('search') ? [await measureSearch(many)] : []
    if (wanted.some((part) => part !== 'search')) {
      await openOnce(empty, env)
      await openOnce(data, env)
      await seed(data, keyring.env, 0, many)
    }
    if (wanted.includes('window')) measures.push(...(await measureWindow(data, env)))
    if (wanted.includes('start') || wanted.includes('million')) {
      const blank = await buildBlank(root)
      const starts = { blank: [] as number[], empty: [] as number[], many: [] as number[], most: [] as number[] }
      for (let round = 0; round < rounds; round += 1) {
        starts.blank.push(await once(startBlank(blank, path.join(root, 'blank-data'))))
        starts.empty.push(await once(startWithMachines(empty, env)))
        starts.many.push(await once(startWithMachines(data, env)))
      }
      const [blankMs, emptyMs, manyMs] = [median(starts.blank), median(starts.empty), median(starts.many)]
      measures.push(
        {
          measure: 'inventory-start',
          value: manyMs,
          unit: 'ms',
          against: `a blank page, ${Math.round(blankMs)} ms`,
          ratio: manyMs / blankMs,
        },
        {
          measure: 'inventory-start-empty',
          value: manyMs,
          unit: 'ms',
          against: `the console without machines, ${Math.round(emptyMs)} ms`,
          ratio: manyMs / emptyMs,
        },
      )
      if (wanted.includes('million')) {
        await seed(data, keyring.env, many, most)
        for (let round = 0; round < rounds; round += 1) starts.most.push(await once(startWithMachines(data, env)))
        const slope = (median(starts.most) - manyMs) / ((most - many) / many)
        measures.push({
          measure: 'inventory-slope',
          value: slope,
          unit: 'ms',
          against: `30 ms for each further 100,000; ${Math.round(median(starts.most))} ms with a million`,
          ratio: slope / 30,
        })
      }
    }
    return measures
  } finally {
    await keyring.stop()
    // What Chromium leaves behind may still be being written.
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

/** A first start makes the key, the gateway and its cursor, and gets past the first screen. */
async function openOnce(dataFolder: string, env: Record<string, string>): Promise<void> {
  const console = await startConsole({ dataFolder, env })
  await console.page.evaluate(() => window.gatehouse.call('settings.change', { welcomed: true, language: 'en' }))
  // Not waitForFunction: a promise is true to it.
  await console.page.evaluate(async () => {
    for (let tries = 0; tries < 400; tries += 1) {
      const reply = await window.gatehouse.call('machines.sources', {})
      if (reply.ok && reply.value.sources.every(({ state }) => state === 'ready')) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('the inventory was not read')
  })
  await console.quit()
}

async function once(starting: ReturnType<typeof startBlank>): Promise<number> {
  const { console, elapsedMs } = await starting
  await console.quit()
  return elapsedMs
}

async function measureWindow(data: string, env: Record<string, string>) {
  const { console } = await startWithMachines(data, env)
  const { page } = console
  try {
    await prepareList(page)
    const paint = await keysToPaint(page)
    const scrolled = await frames(page, '[data-list]')
    const bare = await frames(page, undefined)
    const heap = await heapMegabytes(page)
    const elements = await nodes(page)
    const left = await leftByCycles(page, 1000)
    return [
      {
        measure: 'inventory-paint',
        value: quantile(paint, 0.95),
        unit: 'ms',
        against: `50 ms; median ${median(paint).toFixed(1)} ms`,
        ratio: quantile(paint, 0.95) / 50,
      },
      {
        measure: 'inventory-scroll',
        value: quantile(scrolled, 0.95),
        unit: 'ms',
        against: `an empty page's frame, p95 ${quantile(bare, 0.95).toFixed(1)} ms`,
        ratio: quantile(scrolled, 0.95) / quantile(bare, 0.95),
      },
      { measure: 'inventory-heap', value: heap, unit: 'MB', against: '40 MB', ratio: heap / 40 },
      { measure: 'inventory-nodes', value: elements, unit: 'elements', against: '400', ratio: elements / 400 },
      {
        measure: 'inventory-leak',
        value: left.kilobytes,
        unit: 'kB',
        against: `1 MB after 1,000 times open and closed; ${left.nodes} elements more`,
        ratio: left.kilobytes / 1000,
      },
    ]
  } finally {
    await console.quit()
  }
}
