/**
 * Takes pictures of the preview's screens: `node test/renderer/preview/shots.ts [name…] [--all] [--out folder]`.
 * Without --all: light and dark at 1280×800 in English. With --all: every theme, size and language.
 */
import { chromium } from 'playwright-core'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'
import { shots } from './shotList.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    out: { type: 'string', default: 'test-results/shots' },
    port: { type: 'string', default: '5199' },
    language: { type: 'string' },
    theme: { type: 'string' },
  },
})
const wanted = shots.filter(({ name }) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)))
const themes = values.theme ? [values.theme] : ['light', 'dark']
const languages = values.language ? [values.language] : values.all ? ['en', 'de'] : ['en']
const sizes = values.all
  ? [
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
    ]
  : [{ width: 1280, height: 800 }]

await mkdir(values.out, { recursive: true })
const server = await createServer({
  configFile: fileURLToPath(new URL('./vite.config.ts', import.meta.url)),
  server: { port: Number(values.port), strictPort: false, hmr: false },
  logLevel: 'warn',
})
await server.listen()
const origin = server.resolvedUrls?.local[0]
if (!origin) throw new Error('The preview has no address.')
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  for (const size of sizes)
    for (const theme of themes)
      for (const language of languages) {
        const page = await browser.newPage({ viewport: size, colorScheme: theme === 'dark' ? 'dark' : 'light', reducedMotion: 'reduce' })
        page.on('pageerror', (error) => console.error('page error:', error.message))
        page.on('console', (message) => {
          if (message.type() === 'error' || message.type() === 'warning') console.error('page says:', message.text().slice(0, 300))
        })
        for (const shot of wanted) {
          const file = `${values.out}/${shot.name}-${theme}-${language}-${size.width}.png`
          await page.goto(`${origin}?scene=${shot.scene}&language=${language}&theme=${theme}`)
          await page.locator('[data-shell]').first().waitFor({ timeout: 60_000 })
          await page.waitForTimeout(250)
          await shot.act?.(page)
          await page.waitForTimeout(350)
          await page.screenshot({ path: file })
          console.log(file)
        }
        await page.close()
      }
} finally {
  await browser.close()
  await server.close()
}
