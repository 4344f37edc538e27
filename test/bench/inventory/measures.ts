/** What is measured in the console's window, in the page itself. */
import type { Page } from '@playwright/test'
import type { Bridge } from '../../../preload/contract.ts'

declare global {
  interface Window {
    readonly gatehouse: Bridge
    /** Of each key, milliseconds to the picture. */
    paintTimes: number[]
  }
}

const typed = ['web-ber', 'kiosk', 'büro 1', 'production', '10.1.2', 'contoso', 'zzz', 'anna', 'term-ldn-0']

/** The search is ready and the columns are in memory. */
export async function prepareList(page: Page): Promise<void> {
  await page.locator('input[type=search]').click()
  await page.keyboard.type('warm up', { delay: 30 })
  await page.waitForTimeout(3000)
  await page.keyboard.press('Escape')
  await page.waitForTimeout(300)
}

/** How often all is typed: of each key the best counts, for the clock on the wall tells of the computer's other work too. */
const rounds = 4

/** Milliseconds from each key to the frame that shows what was found. */
export async function keysToPaint(page: Page): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = []
    let keys = 0
    window.paintTimes = times
    const input = document.querySelector<HTMLInputElement>('input[type=search]')
    input?.addEventListener(
      'keydown',
      (event) => {
        if (event.key.length > 1) return
        const startedMs = event.timeStamp
        const key = keys++
        let typedIn = false
        input.addEventListener('input', () => (typedIn = true), { once: true })
        const look = (): void => {
          const grid = document.querySelector('[role=grid], .machineEmpty')
          if (typedIn && grid?.getAttribute('aria-busy') !== 'true') {
            // The frame that follows is the picture.
            const channel = new MessageChannel()
            channel.port1.addEventListener('message', () => (times[key] = performance.now() - startedMs))
            channel.port1.start()
            requestAnimationFrame(() => channel.port2.postMessage(0))
          } else requestAnimationFrame(look)
        }
        requestAnimationFrame(look)
      },
      { capture: true },
    )
  })
  for (let round = 0; round < rounds; round += 1)
    for (const text of typed) {
      await page.keyboard.type(text, { delay: 120 })
      await page.keyboard.press('Escape')
      await page.waitForTimeout(150)
    }
  const all = await page.evaluate(() => window.paintTimes)
  const keys = typed.join('').length
  return Array.from({ length: keys }, (_, key) =>
    Math.min(...Array.from({ length: rounds }, (__, round) => all[round * keys + key] ?? Infinity)),
  )
}

/** Milliseconds between frames while it is scrolled; without a selector an empty page as high. */
export async function frames(page: Page, selector: string | undefined): Promise<number[]> {
  return await page.evaluate(async (wanted) => {
    const overlay = document.createElement('div')
    const root = document.querySelector<HTMLElement>('#root')
    if (wanted === undefined) {
      overlay.style.cssText = 'position:fixed;inset:0;overflow:auto'
      overlay.innerHTML = '<div style="height:4000000px"></div>'
      document.body.append(overlay)
      if (root) root.style.display = 'none'
    }
    const scroller = wanted === undefined ? overlay : document.querySelector(wanted)
    if (!scroller) throw new Error('there is no list')
    scroller.scrollTo({ top: 0 })
    const taken: number[] = []
    await new Promise<void>((resolve) => {
      let last = performance.now()
      const step = (): void => {
        const now = performance.now()
        taken.push(now - last)
        last = now
        if (taken.length > 300) {
          resolve()
          return
        }
        scroller.scrollBy({ top: 170 })
        requestAnimationFrame(step)
      }
      requestAnimationFrame(step)
    })
    overlay.remove()
    if (root) root.style.display = ''
    scroller.scrollTo({ top: 0 })
    return taken.slice(10)
  }, selector)
}

/** After everything that nobody holds is gone. */
export async function heapMegabytes(page: Page): Promise<number> {
  return (await heapBytes(page)) / 1e6
}

async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  try {
    await session.send('HeapProfiler.collectGarbage')
    await session.send('HeapProfiler.collectGarbage')
    return (await session.send('Runtime.getHeapUsage')).usedSize
  } finally {
    await session.detach()
  }
}

export async function nodes(page: Page): Promise<number> {
  return await page.evaluate(() => document.querySelectorAll('*').length)
}

/** Opens and closes a row, and what the window has more of afterwards. The first hundred times fill what is kept on purpose. */
export async function leftByCycles(page: Page, count: number): Promise<{ kilobytes: number; nodes: number }> {
  await cycle(page, 100)
  const before = { bytes: await heapBytes(page), nodes: await nodes(page) }
  await cycle(page, count)
  return { kilobytes: ((await heapBytes(page)) - before.bytes) / 1000, nodes: (await nodes(page)) - before.nodes }
}

async function cycle(page: Page, count: number): Promise<void> {
  await page.evaluate(async (times) => {
    for (let at = 0; at < times; at++) {
      for (let half = 0; half < 2; half++) {
        document.querySelector<HTMLElement>('[data-index="2"] .machineTwist')?.click()
        await new Promise((resolve) => requestAnimationFrame(resolve))
      }
    }
  }, count)
}
