/** Has the frames of a corpus drawn and read in a Chromium of its own, and judges what was read. */
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { createServer } from 'vite'
import { decodeChallenge } from '../../../gateway/contract/challengeCode.ts'
import type { FrameSpec } from './corpus.ts'
import type { FrameResult, Measure } from './page.ts'

/** What the page leaves for us. */
declare const measure: Measure

export interface Judged {
  spec: FrameSpec
  result: FrameResult
  /** Codes of ours that raw zxing reads in it. */
  readable: string[]
  /** Those of them that were not found in one frame of a capture, or in a still picture. */
  missedInFrame: string[]
  missedInStill: string[]
  /** What was handed over as a challenge and is none that is on the screen. */
  wrong: string[]
}

/** One after the other, so that their times can be compared. */
export async function readCorpus(specs: readonly FrameSpec[], onFrame?: (judged: Judged) => void): Promise<Judged[]> {
  const root = import.meta.dirname
  const server = await createServer({
    configFile: false,
    root,
    cacheDir: path.join(tmpdir(), 'gatehouse-qr-cache'),
    logLevel: 'warn',
    server: { host: '127.0.0.1', port: 0, hmr: false, fs: { allow: [path.join(root, '../../..')] } },
    optimizeDeps: { exclude: ['zxing-wasm'] },
  })
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    await server.listen()
    const page = await browser.newPage()
    await page.goto(server.resolvedUrls?.local[0] ?? '')
    await page.waitForFunction(() => 'measure' in globalThis)
    const judged: Judged[] = []
    for (const spec of specs) {
      const one = await judge(page, spec)
      onFrame?.(one)
      judged.push(one)
    }
    return judged
  } finally {
    await browser.close()
    await server.close()
  }
}

async function judge(page: Page, spec: FrameSpec): Promise<Judged> {
  const result = await page.evaluate((one) => measure(one), spec)
  const there = spec.codes.filter(({ isOurs }) => isOurs).map(({ text }) => text)
  const readable = there.filter((text) => result.raw.includes(text))
  return {
    spec,
    result,
    readable,
    missedInFrame: readable.filter((text) => !result.frame.includes(text)),
    missedInStill: readable.filter((text) => !result.still.includes(text)),
    wrong: [...new Set([...result.frame, ...result.still])].filter((text) => isTaken(text) && !there.includes(text)),
  }
}

const isTaken = (text: string): boolean => typeof decodeChallenge(text) === 'object'
