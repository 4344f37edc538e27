/**
 * A sign-in code is read from wherever it is shown. The codes are of a gateway that this console has not joined, which it says: that they were read, whole,
 * is what is looked at here, and that nothing else than a code of ours gets anywhere.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { toBuffer } from 'qrcode'
import { qrLines } from '../../gateway/agent/qrText.ts'
import { encodeChallenge } from '../../gateway/contract/challengeCode.ts'
import { words as en } from '../../renderer/words/en.ts'
import { startDisplay, type Display } from '../real/parts/display.ts'
import { createKeeper, eventually, run, type Keeper } from '../real/parts/keeper.ts'
import { startXrdp } from '../real/parts/xrdp.ts'
import { type Console, expect, startConsole, test } from './fixture.ts'

const words = en.reading
const codeOf = (first: number): string =>
  encodeChallenge(new Uint8Array(8).fill(first), new Uint8Array(10).fill(2), new Uint8Array(16).fill(3))
const code = codeOf(1)
const picture = (text: string): Promise<Buffer> => toBuffer(text, { errorCorrectionLevel: 'M', scale: 4 })

async function openInbox(page: Page): Promise<void> {
  await page.evaluate(() => window.gatehouse.call('settings.change', { welcomed: true, language: 'en' }))
  await page.locator('[data-shell="ready"]').waitFor()
  await page.keyboard.press('Control+k')
  const palette = page.getByPlaceholder(en.common.palette.placeholder)
  await expect(palette).toBeFocused()
  await palette.fill(en.common.views.approvals)
  await page.getByRole('dialog').getByRole('button', { name: en.common.views.approvals }).click()
  await page.locator('[data-read-bar]').waitFor()
}

const told = (page: Page, why: keyof typeof words.nothing) => page.locator(`[data-nothing="${why}"]`)

/** A picture comes in by the clipboard or by a drop, as a person would bring it. */
async function bring(page: Page, how: 'paste' | 'drop', bytes: Buffer, type = 'image/png'): Promise<void> {
  await page.evaluate(
    ([event, data, mediaType]) => {
      const file = new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], 'picture', { type: mediaType })
      const carried = new DataTransfer()
      carried.items.add(file)
      const options = { bubbles: true, cancelable: true }
      window.dispatchEvent(
        event === 'paste'
          ? new ClipboardEvent('paste', { ...options, clipboardData: carried })
          : new DragEvent('drop', { ...options, dataTransfer: carried }),
      )
    },
    [how, bytes.toString('base64'), type] as const,
  )
}

/** In the place of the system's picker: a canvas that shows a picture (an address), or is `black`, or a picker that is `denied`. The track is kept, to see that it is stopped. */
async function standInScreen(page: Page, shown: string): Promise<void> {
  await page.evaluate(async (what) => {
    const canvas = document.createElement('canvas')
    canvas.width = 1280
    canvas.height = 720
    const context = canvas.getContext('2d')
    context?.fillRect(0, 0, 1280, 720)
    if (what.startsWith('data:')) {
      const image = new Image()
      image.src = what
      await image.decode()
      context?.drawImage(image, 700, 300)
    }
    // A canvas sends what is drawn: again and again, as a screen does.
    setInterval(() => context?.fillRect(0, 0, 1, 1), 100)
    const stream = canvas.captureStream(10)
    Object.assign(window, { track: stream.getVideoTracks()[0] })
    navigator.mediaDevices.getDisplayMedia = async () => {
      if (what === 'denied') throw new DOMException('no', 'NotAllowedError')
      return stream
    }
  }, shown)
}

const trackState = (page: Page): Promise<string> => page.evaluate<string>('track.readyState')

test('a code is read from a pasted and a dropped picture, and from what is typed', async ({ page }) => {
  await openInbox(page)
  await bring(page, 'paste', await picture(code))
  await expect(told(page, 'unknownGateway')).toBeVisible()
  await bring(page, 'drop', await picture('https://example.com/'))
  await expect(told(page, 'otherCode')).toBeVisible()
  await bring(page, 'drop', await picture(codeOf(7)))
  await expect(told(page, 'unknownGateway')).toBeVisible()
  const typed = page.getByLabel(words.typed, { exact: true })
  await typed.fill('not a code')
  await typed.press('Enter')
  await expect(told(page, 'notAChallenge')).toBeVisible()
  await typed.fill(`${code.slice(0, -1)}${code.endsWith('A') ? 'Q' : 'A'}`)
  await typed.press('Enter')
  await expect(told(page, 'damaged')).toBeVisible()
})

test('F-72: what is no picture, or claims to be an enormous one, is not decoded', async ({ page }) => {
  await openInbox(page)
  await bring(page, 'drop', Buffer.from('MZ: this program is no picture'))
  await expect(told(page, 'notAPicture')).toBeVisible()
  const enormous = Buffer.from(await picture(code))
  enormous.writeUInt32BE(60_000, 16)
  enormous.writeUInt32BE(60_000, 20)
  await bring(page, 'drop', enormous)
  await expect(told(page, 'tooLarge')).toBeVisible()
  // The head is right and the rest is not.
  await bring(page, 'drop', (await picture(code)).subarray(0, 120))
  await expect(told(page, 'notAPicture')).toBeVisible()
})

test('the worker compiles wasm, and the page may not', async ({ page }) => {
  const refused = await page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener('securitypolicyviolation', ({ blockedURI }) => resolve(blockedURI), { once: true })
        // A timer's function is the page's own; what evaluate runs itself is not under its policy.
        const module = [0, 97, 115, 109, 1, 0, 0, 0]
        setTimeout(
          () =>
            void WebAssembly.compile(new Uint8Array(module)).then(
              () => resolve('compiled'),
              () => undefined,
            ),
        )
      }),
  )
  expect(refused).toBe('wasm-eval')
})

test('F-73: a screen that is refused, or black, is told with the way out; what is read is let go of', async ({ page }) => {
  await openInbox(page)
  const read = page.getByRole('button', { name: words.screen })
  await standInScreen(page, 'denied')
  await read.click()
  await expect(told(page, 'denied')).toContainText('Ctrl+V')
  await standInScreen(page, 'black')
  await read.click()
  await expect(told(page, 'black')).toBeVisible()
  expect(await trackState(page)).toBe('ended')
  await standInScreen(page, `data:image/png;base64,${(await picture(code)).toString('base64')}`)
  await page.keyboard.press('Alt+Shift+R')
  await expect(told(page, 'unknownGateway')).toBeVisible()
  expect(await trackState(page)).toBe('ended')
})

test('looking can be stopped, and a part of a picture can be pointed at', async ({ page }) => {
  await openInbox(page)
  await standInScreen(page, 'black')
  await page.getByRole('button', { name: words.screen }).click()
  await page.getByRole('button', { name: words.stop }).click()
  await expect(page.locator('[data-reading]')).toHaveCount(0)
  await expect.poll(() => trackState(page)).toBe('ended')
  // Half a code: nothing can be found in it, and nothing is where one points.
  await bring(page, 'paste', await noise(page))
  const still = page.getByLabel(words.area.label)
  const shades = () =>
    still.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data = [] } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {}
      return new Set(data).size
    })
  await expect.poll(shades).toBeGreaterThan(1)
  await still.press('ArrowRight')
  await page.getByRole('button', { name: words.area.look }).click()
  await expect(page.getByText(words.area.missed)).toBeVisible()
  await page.getByRole('button', { name: words.area.close }).click()
  await expect(still).toHaveCount(0)
})

/** A picture with much in it, and no code. */
async function noise(page: Page): Promise<Buffer> {
  const data = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('2d')
    for (let x = 0; x < 300; x += 7) context?.fillRect(x, x % 90, 3, 40)
    return canvas.toDataURL('image/png').replace(/^.*,/, '')
  })
  return Buffer.from(data, 'base64')
}

test.describe('on a real screen', () => {
  let display: Display
  let keeper: Keeper
  let seen: Console
  let folder: string

  test.beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-reading-'))
    keeper = createKeeper('reading')
    // Wide enough for a window beside the console's: which of two is on top is the window manager's business.
    display = await startDisplay({ width: 2400, height: 1080, windowManager: true })
    // The picker is Chromium's own window; this makes its choice.
    const chromium = path.join(folder, 'chromium')
    writeFileSync(chromium, '#!/bin/sh\nexec chromium --auto-select-desktop-capture-source="Entire screen" "$@"\n')
    chmodSync(chromium, 0o755)
    seen = await startConsole({ env: { DISPLAY: display.display, GATEHOUSE_HEADLESS: '0', GATEHOUSE_CHROMIUM: chromium } })
    await openInbox(seen.page)
  })
  test.afterAll(async () => {
    await seen?.quit()
    await display?.stop()
    await keeper?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const isShown = (title: string): Promise<boolean> =>
    run('xdotool', ['search', '--onlyvisible', '--name', title], '', { ...process.env, DISPLAY: display.display }).then(
      () => true,
      () => false,
    )

  const read = async (): Promise<void> => {
    test.skip(seen.host === 'electron', 'Electron’s choice is a menu, which nobody chooses from here')
    await seen.page.getByRole('button', { name: words.screen }).click()
  }

  test('a code in an image viewer is read', async () => {
    const file = path.join(folder, 'code.png')
    writeFileSync(file, await picture(code))
    const viewer = keeper.start('display', ['-geometry', '+1400+60', file], { env: { ...process.env, DISPLAY: display.display } })
    await eventually('the image viewer', 15_000, () => isShown('ImageMagick'))
    await read()
    await expect(told(seen.page, 'unknownGateway')).toBeVisible({ timeout: 20_000 })
    await keeper.end(viewer)
  })

  test('a code in the terminal of a remote desktop is read', async () => {
    const xrdp = await startXrdp({ shown: qrLines(codeOf(9)) })
    try {
      await seen.page.reload()
      await openInbox(seen.page)
      const where = ['/size:900x640', '/bpp:16', '/window-position:1400x60']
      const args = [`/v:${xrdp.address}:${xrdp.port}`, `/u:${xrdp.user}`, `/p:${xrdp.password}`, '/cert-ignore', ...where]
      const client = keeper.start('xfreerdp', args, { env: { ...process.env, DISPLAY: display.display, HOME: folder } })
      // The session takes its time to come; looking does too. What was looked at in vain stands before the button.
      await expect(async () => {
        await seen.page.keyboard.press('Escape')
        // It stays black now and then until a key is pressed (test/real/parts/display.ts).
        await display.pressShift()
        await read()
        await expect(told(seen.page, 'unknownGateway')).toBeVisible({ timeout: 14_000 })
      }).toPass({ timeout: 60_000 })
      await keeper.end(client)
    } finally {
      await xrdp.stop()
    }
  })
})
