/** A screen without a screen: an Xvfb on a display number that it picks itself. */
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeeper, eventually, type Keeper, run, tail } from './keeper.ts'

export interface Display {
  /** For the environment variable DISPLAY, like `:3`. */
  display: string
  /** Writes the whole screen as PNG. */
  screenshot(file: string): Promise<void>
  /** Presses a key that types nothing, in the window that has the focus. */
  pressShift(): Promise<void>
  stop: () => Promise<void>
}

export interface DisplayOptions {
  /** In pixels. */
  width: number
  height: number
  /** Whether openbox gives windows a frame and a focus; false if not given. FreeRDP 2 draws nothing without. */
  windowManager?: boolean
}

/** Starts the X server (and the window manager) and waits until it answers. */
export async function startDisplay({ width, height, windowManager = false }: DisplayOptions): Promise<Display> {
  const keeper = createKeeper('display')
  try {
    const numberFile = join(keeper.folder, 'number')
    const log = join(keeper.folder, 'Xvfb.log')
    const [number, output] = [openSync(numberFile, 'w'), openSync(log, 'a')]
    const xvfb = keeper.start('Xvfb', ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-noreset'], {
      stdio: ['ignore', output, output, number],
    })
    for (const file of [number, output]) closeSync(file)
    await eventually('Xvfb to pick a display', 15_000, () => {
      if (xvfb.exitCode !== null) throw new Error(`Xvfb ended with ${xvfb.exitCode}: ${tail(log)}`)
      return readFileSync(numberFile, 'utf8').endsWith('\n')
    })
    const display = `:${readFileSync(numberFile, 'utf8').trim()}`
    if (windowManager) await startOpenbox(keeper, display)
    return {
      display,
      async screenshot(file) {
        await run('import', ['-display', display, '-window', 'root', `png:${file}`])
      },
      async pressShift() {
        await run('xdotool', ['key', 'shift'], '', { ...process.env, DISPLAY: display })
      },
      stop: keeper.stop,
    }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

/**
 * Waits for a remote desktop's picture as a person would: FreeRDP 2 on xorgxrdp 0.9 stays black now and then, about every tenth time, until a key is
 * pressed.
 */
export async function eventuallyDrawn(
  what: string,
  timeoutMs: number,
  display: Pick<Display, 'pressShift'>,
  ask: () => Promise<boolean>,
): Promise<void> {
  let pressAt = performance.now() + patienceMs
  await eventually(what, timeoutMs, async () => {
    if (await ask()) return true
    if (performance.now() < pressAt) return false
    pressAt = performance.now() + patienceMs
    await display.pressShift()
    return false
  })
}
const patienceMs = 5000

async function startOpenbox(keeper: Keeper, display: string): Promise<void> {
  const env = { ...process.env, DISPLAY: display, HOME: keeper.folder, XDG_CONFIG_HOME: keeper.folder, XDG_CACHE_HOME: keeper.folder }
  const openbox = keeper.start('openbox', ['--sm-disable'], { env })
  await eventually('openbox to take over', 10_000, async () => {
    if (openbox.exitCode !== null) throw new Error(`openbox ended with ${openbox.exitCode}: ${tail(join(keeper.folder, 'openbox.log'))}`)
    return run('xprop', ['-display', display, '-root', '_NET_SUPPORTING_WM_CHECK']).then((text) => text.includes('window id'))
  })
}
