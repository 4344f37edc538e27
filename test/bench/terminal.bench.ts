/**
 * Terminal output at full speed. `terminal`: the window's own part (pipe with its acknowledgements, hostile-proof screen) against bare
 * xterm.js `write` of the same bytes in the same page, taking turns. `terminal-whole`: a real sshd, ssh2, main, the host's border and the
 * window, against the same. `interrupt-ms`: from Ctrl+C to its echo on the screen while a real machine floods it.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { type Browser, chromium, type Page as BarePage } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'
import type { Bridge } from '../../preload/contract.ts'
import { startConsole } from '../journeys/fixture.ts'
import { type Sshd, startSshd } from '../real/parts/sshd.ts'
import type { Flood } from './terminalPage/page.ts'
import { logText } from './logText.ts'
import { median } from './quantiles.ts'

declare global {
  interface Window {
    readonly gatehouse: Bridge
  }
}

const megabytes = 30
const rounds = 3
const interrupts = 9

export async function run() {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-terminal-'))
  chmodSync(folder, 0o755)
  const file = path.join(folder, 'flood')
  const text = logText(megabytes * 1_000_000)
  writeFileSync(file, text, { mode: 0o644 })
  const sshd = await startSshd()
  const console = await startConsole()
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    const { page } = console
    await connect(page, sshd)
    const size = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }))
    const { page: own, server } = await openPage(browser, size)
    const screenText = text.replaceAll('\n', '\r\n')
    const whole: number[] = []
    const ours: number[] = []
    const bare: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await floodPage(own, 'ours', screenText))
      bare.push(await floodPage(own, 'bare', screenText))
      whole.push(await floodConsole(page, file, `flood-over-${round}`))
    }
    await server.close()
    const waits: number[] = []
    for (let round = 0; round < interrupts; round += 1) waits.push(await interrupt(page))
    const [oursMs, bareMs, wholeMs, waitMs] = [median(ours), median(bare), median(whole), median(waits)]
    const perSecond = (ms: number) => (megabytes * 1000) / ms
    const against = `bare xterm.js, ${perSecond(bareMs).toFixed(1)} MB/s`
    return [
      { measure: 'terminal', value: perSecond(oursMs), unit: 'MB/s', against, ratio: bareMs / oursMs },
      { measure: 'terminal-whole', value: perSecond(wholeMs), unit: 'MB/s', against, ratio: bareMs / wholeMs },
      {
        measure: 'interrupt-ms',
        value: waitMs,
        unit: 'ms',
        against: `100 ms; slowest of ${interrupts}: ${Math.round(Math.max(...waits))} ms`,
        ratio: waitMs / 100,
      },
    ]
  } finally {
    await browser.close()
    await console.quit()
    await sshd.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A machine, a connect, and what is asked on the way, as a technician does it. */
async function connect(page: Page, sshd: Sshd): Promise<void> {
  const machine = { name: 'flood', address: sshd.address, sshPort: sshd.port, user: sshd.user }
  await page.evaluate(async (given) => {
    const ssh = { where: 'tab' as const, useAgent: false, keyFiles: [] }
    await window.gatehouse.call('settings.change', { welcomed: true, language: 'en', ssh })
    await window.gatehouse.call('machines.add', { ...given, os: 'linux', site: '', tags: [], turnOnJit: true })
  }, machine)
  await page.locator('.deed').first().click()
  await page.getByRole('button', { name: 'Trust and connect' }).click()
  const user = page.getByLabel('User name')
  const password = page.getByLabel('Password', { exact: true })
  await user.or(password).first().waitFor()
  if (await user.isVisible()) {
    await user.fill(sshd.user)
    await user.press('Enter')
  }
  await password.fill(sshd.password)
  await password.press('Enter')
  await page.locator('[data-terminal]').getByText('gatehouse$').first().waitFor()
  await page.locator('[data-terminal] .xterm').click()
}

interface Size {
  width: number
  height: number
}

/** Milliseconds from Enter until the last line is on the screen. */
async function floodConsole(page: Page, file: string, marker: string): Promise<number> {
  await page.keyboard.type(`clear; cat ${file}; echo ${marker.replace('over', "'over'")}`)
  const watched = page.evaluate(
    (text) =>
      new Promise<number>((resolve) => {
        window.addEventListener(
          'keydown',
          () => {
            const startedMs = performance.now()
            const look = (): void => {
              if (document.querySelector('.xterm-rows')?.textContent?.includes(text)) resolve(performance.now() - startedMs)
              else requestAnimationFrame(look)
            }
            look()
          },
          { once: true, capture: true },
        )
      }),
    marker,
  )
  // The listener is there before the key is.
  await page.evaluate(() => undefined)
  await page.keyboard.press('Enter')
  return await watched
}

/** Milliseconds from Ctrl+C until its echo is on the screen, half a second into a flood without an end. */
async function interrupt(page: Page): Promise<number> {
  await page.keyboard.type('clear; yes "a flood of lines that does not end by itself"')
  await page.keyboard.press('Enter')
  await page.waitForTimeout(1200)
  const watched = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        window.addEventListener(
          'keydown',
          function onKey(event) {
            if (event.key !== 'c') return
            window.removeEventListener('keydown', onKey, { capture: true })
            const startedMs = performance.now()
            const look = (): void => {
              if (document.querySelector('.xterm-rows')?.textContent?.includes('^C')) resolve(performance.now() - startedMs)
              else requestAnimationFrame(look)
            }
            look()
          },
          { capture: true },
        )
      }),
  )
  await page.evaluate(() => undefined)
  await page.keyboard.press('Control+c')
  const waitedMs = await watched
  await page.waitForTimeout(300)
  return waitedMs
}

/** The bench's own page, as large as the console's window. */
async function openPage(browser: Browser, size: Size): Promise<{ page: BarePage; server: ViteDevServer }> {
  const root = path.join(import.meta.dirname, 'terminalPage')
  const server = await createServer({
    configFile: false,
    root,
    cacheDir: path.join(tmpdir(), 'gatehouse-terminal-cache'),
    logLevel: 'warn',
    server: { host: '127.0.0.1', port: 5321, hmr: false, fs: { allow: [path.join(root, '../../..')] } },
  })
  await server.listen()
  const page = await browser.newPage({ viewport: size })
  await page.goto(server.resolvedUrls?.local[0] ?? '')
  await page.waitForFunction(() => 'flood' in globalThis)
  return { page, server }
}

const floodPage = (page: BarePage, kind: 'ours' | 'bare', text: string) =>
  page.evaluate(([which, bytes]) => flood(which, bytes), [kind, text] as const)

/** What the bench's page leaves for us. */
declare const flood: Flood
