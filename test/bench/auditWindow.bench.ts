/**
 * The real window while 100,000 events arrive, with the activity on the screen: what was added to this desk's gateway is read anew into the local
 * copy, the machines that the events tell of as well. `audit-window-blocked`: the longest that the page was kept from anything else, which is what a
 * key would wait. `audit-window-frames`: the time between two pictures, p99. `audit-window-answer`: how long a call to main takes meanwhile, p99.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { createGateway } from '../../gateway/server.ts'
import { createGatewayKey } from '../../main/gatewayKey.ts'
import { createKeychain } from '../../main/platform/keychain.ts'
import { forkWithNode } from '../../main/platform/keychainFork.ts'
import { createSystemClock } from '../../main/platform/systemClock.ts'
import { startConsole } from '../journeys/fixture.ts'
import { startKeyring } from '../real/parts/keyring.ts'
import { quantile } from './quantiles.ts'

const events = 100_000
const atOnce = 10_000
const mostMs = 50

export async function run() {
  const root = mkdtempSync(path.join(tmpdir(), 'gatehouse-audit-window-'))
  const keyring = await startKeyring()
  const dataFolder = path.join(root, 'data')
  try {
    await fillGateway(dataFolder, keyring.env)
    const console = await startConsole({ dataFolder, env: { ...keyring.env, GATEHOUSE_HEADLESS: '1' } })
    try {
      const { page } = console
      await page.evaluate(() => window.gatehouse.call('settings.change', { welcomed: true, language: 'en' }))
      await page.locator('[data-place=audit]').click()
      await page.locator('.auditView').waitFor()
      const { blockedMs, framesMs, answersMs, tookMs } = await watchPage(page, events)
      const perS = Math.round(events / (tookMs / 1000)).toLocaleString('en')
      return [
        toMeasure('audit-window-blocked', longest(blockedMs), `${mostMs} ms; ${perS} events a second arrived`),
        toMeasure('audit-window-frames', quantile(framesMs, 0.99), `${mostMs} ms, p99`),
        toMeasure('audit-window-answer', quantile(answersMs, 0.99), `${mostMs} ms, p99`),
      ]
    } finally {
      await console.quit()
    }
  } finally {
    await keyring.stop()
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

/** A log of as many entries as wanted: each machine that is added is one. */
async function fillGateway(dataFolder: string, env: Readonly<Record<string, string>>): Promise<void> {
  const clock = createSystemClock()
  const secrets = createKeychain({ fork: forkWithNode(env), dataFolder, clock })
  const quiet = { info: () => undefined, error: () => undefined }
  const key = createGatewayKey(secrets, { warn: (_facts, text) => process.stderr.write(`${text}\n`) })
  const gateway = await createGateway({ dataFolder: path.join(dataFolder, 'gateway'), clock, log: quiet, key })
  try {
    for (let first = 0; first < events; first += atOnce) {
      const machines = Array.from({ length: atOnce }, (_, index) => machine(first + index))
      const request = new Request('http://desk.internal/v1/machines', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ machines }),
      })
      const { status } = await gateway.fetch(request, { technician: 'bench', roles: ['gatewayAdmin'], address: '127.0.0.1' })
      if (status !== 201) throw new Error(`the gateway answered ${status}`)
    }
  } finally {
    await gateway.close()
  }
}

const machine = (index: number) => ({
  name: `web-${index}`,
  address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
  os: 'linux',
  site: `Site ${index % 40}`,
  tags: [],
  rules: 'defaults',
})

/** Until all are here. Milliseconds: between two turns of the page, between two frames, and of calls. */
function watchPage(page: Page, wanted: number): Promise<{ blockedMs: number[]; framesMs: number[]; answersMs: number[]; tookMs: number }> {
  return page.evaluate(async (many) => {
    const blockedMs: number[] = []
    const framesMs: number[] = []
    const answersMs: number[] = []
    const startedAt = performance.now()
    let isOver = false
    const { port1, port2 } = new MessageChannel()
    let turnAt = performance.now()
    port1.addEventListener('message', () => {
      const now = performance.now()
      blockedMs.push(now - turnAt)
      turnAt = now
      if (!isOver) port2.postMessage(0)
    })
    port1.start()
    port2.postMessage(0)
    let frameAt = performance.now()
    requestAnimationFrame(function look() {
      const now = performance.now()
      framesMs.push(now - frameAt)
      frameAt = now
      if (!isOver) requestAnimationFrame(look)
    })
    for (;;) {
      const askedAt = performance.now()
      const reply = await window.gatehouse.call('audit.cache', {})
      answersMs.push(performance.now() - askedAt)
      if (askedAt - startedAt > 120_000) throw new Error(`not all events came: ${JSON.stringify(reply)}`)
      if (reply.ok && reply.value.logs.some(({ have, isSyncing }) => have >= many && !isSyncing)) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    isOver = true
    return { blockedMs, framesMs, answersMs, tookMs: performance.now() - startedAt }
  }, wanted)
}

const longest = (times: readonly number[]): number => times.reduce((most, time) => Math.max(most, time), 0)

const toMeasure = (measure: string, value: number, against: string) => ({ measure, value, unit: 'ms', against, ratio: value / mostMs })
