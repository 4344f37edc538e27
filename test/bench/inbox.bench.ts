/**
 * The inbox under a flood (F-75): the longest time between two frames when the list of sign-ins changes, 95th percentile, with five hundred of them
 * waiting against three. `inbox-rows`: what the technician then has to look through.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { chromium, type Page } from 'playwright-core'
import { build, preview } from 'vite'
import type { MeasureInbox } from './inboxPage/page.ts'
import { quantile } from './quantiles.ts'

/** What the page leaves for us. */
declare const measureInbox: MeasureInbox

const flood = 500
const few = 3
const rings = 60
const frameMs = 1000 / 60
/** Rows of a dozen machines. */
const mostRows = 12

export async function run() {
  const outDir = mkdtempSync(path.join(tmpdir(), 'gatehouse-inbox-'))
  const shared = { configFile: false, root: path.join(import.meta.dirname, 'inboxPage'), logLevel: 'error' } as const
  await build({ ...shared, plugins: [react()], build: { outDir, emptyOutDir: true, target: 'es2024' } })
  const server = await preview({ ...shared, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } })
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(server.resolvedUrls?.local[0] ?? '')
    await page.locator('[data-shell=ready]').waitFor()
    await page.locator('[data-place=approvals]').click()
    const calm = await measure(page, few)
    const flooded = await measure(page, flood)
    if (flooded.rows === 0) throw new Error('nothing of the flood is in the inbox')
    return [
      {
        measure: 'inbox-flood',
        value: flooded.gapMs,
        unit: 'ms',
        against: `${few} sign-ins, ${calm.gapMs.toFixed(1)} ms; a frame is ${frameMs.toFixed(1)} ms`,
        ratio: flooded.gapMs / calm.gapMs,
      },
      {
        measure: 'inbox-rows',
        value: flooded.rows,
        unit: 'rows',
        against: `${flood} sign-ins, ${mostRows} rows`,
        ratio: flooded.rows / mostRows,
      },
    ]
  } finally {
    await browser.close()
    await server.close()
    rmSync(outDir, { recursive: true, force: true })
  }
}

async function measure(page: Page, count: number): Promise<{ gapMs: number; rows: number }> {
  const { gapsMs, rows } = await page.evaluate(([many, times]) => measureInbox(many, times), [count, rings] as const)
  return { gapMs: quantile(gapsMs, 0.95), rows }
}
