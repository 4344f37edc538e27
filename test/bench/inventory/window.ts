/** Starts the console, or the blank host, as a program, and lets Playwright look into its window. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'vite'
import { type Console, startConsole, startInFork } from '../../journeys/fixture.ts'

const repository = path.join(import.meta.dirname, '../../..')

/** The blank host as one file, as the console itself is. */
export async function buildBlank(folder: string): Promise<{ file: string; args: string[] }> {
  const renderer = path.join(folder, 'blank-page')
  mkdirSync(renderer, { recursive: true })
  writeFileSync(path.join(renderer, 'index.html'), '<!doctype html><title>Blank</title><h1>Gatehouse</h1>')
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: path.join(import.meta.dirname, '../blank.peer.ts'),
      outDir: path.join(folder, 'blank'),
      target: 'node24',
      rolldownOptions: { output: { entryFileNames: 'blank.mjs' } },
    },
    ssr: { noExternal: true },
  })
  return { file: path.join(folder, 'blank/blank.mjs'), args: [renderer, path.join(repository, 'dist/preload')] }
}

export interface Started {
  console: Pick<Console, 'page' | 'quit'>
  /** Milliseconds from the start of the program to the picture. */
  elapsedMs: number
}

/** Until the list's first rows are on the screen. */
export async function startWithMachines(dataFolder: string, env: Record<string, string>): Promise<Started> {
  const startedAt = Date.now()
  const console = await startConsole({ dataFolder, env })
  await console.page.waitForFunction(() => performance.getEntriesByName('machines.shown').length > 0)
  const shownAt = await console.page.evaluate(
    () => performance.timeOrigin + (performance.getEntriesByName('machines.shown')[0]?.startTime ?? 0),
  )
  return { console, elapsedMs: shownAt - startedAt }
}

/** Until the word is on the screen. */
export async function startBlank({ file, args }: { file: string; args: string[] }, dataFolder: string): Promise<Started> {
  const startedAt = Date.now()
  const console = await startInFork(file, [...args, dataFolder], { ...process.env, GATEHOUSE_HEADLESS: '1' })
  await console.page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
  const shownAt = await console.page.evaluate(
    () => performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
  )
  return { console, elapsedMs: shownAt - startedAt }
}
