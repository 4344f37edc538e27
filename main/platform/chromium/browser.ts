/** Finds the system's Chromium and starts it as one quiet window: no address bar, no network, no port. */
import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { lastLines } from '../programOutput.ts'
import { connectDevtools, type Devtools } from './devtools.ts'

export interface Browser {
  readonly devtools: Devtools
  readonly process: ChildProcess
  readonly headless: boolean
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
  /** Why it ended, as far as it said so; made safe to print. */
  lastWords(): string
}

const linuxNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge-stable']
const macFiles = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
const windowsFiles = [String.raw`Google\Chrome\Application\chrome.exe`, String.raw`Microsoft\Edge\Application\msedge.exe`]

/** Files where a browser of the Chromium family is usually installed, the best first. `GATEHOUSE_CHROMIUM` names another. */
export function chromiumCandidates(platform: NodeJS.Platform, environment: Readonly<Record<string, string | undefined>>): string[] {
  const named = environment['GATEHOUSE_CHROMIUM']
  if (named !== undefined) return [named]
  if (platform === 'darwin') return macFiles
  if (platform === 'win32') {
    const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((name) => environment[name] ?? [])
    return roots.flatMap((root) => windowsFiles.map((file) => path.win32.join(root, file)))
  }
  // An empty or relative entry of PATH would look in the current folder.
  const folders = (environment['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'))
  return linuxNames.flatMap((name) => folders.map((folder) => path.posix.join(folder, name)))
}

/** The first candidate that can be started, or undefined. */
export function findChromium(): string | undefined {
  return chromiumCandidates(process.platform, process.env).find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Chromium keeps only the last --disable-features, so there is one list. */
const featuresOff = [
  'AutofillServerCommunication',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'Translate',
]

/** The command line of Chromium; the reason is beside each switch that is not plain. */
export function chromiumSwitches(options: { profile: string; headless: boolean; root: boolean }): string[] {
  return [
    '--remote-debugging-pipe',
    `--user-data-dir=${options.profile}`,
    // Quiet: the console's window never speaks to anybody. With the resolver rule nothing is looked up, whatever else tries.
    '--host-resolver-rules=MAP * ^NOTFOUND',
    `--disable-features=${featuresOff.join(',')}`,
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-domain-reliability',
    '--disable-sync',
    '--disable-breakpad',
    '--disable-field-trial-config',
    '--metrics-recording-only',
    '--no-pings',
    '--no-service-autorun',
    // Ours alone: no extension, first-run page or bookmark of the person's browser.
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-default-apps',
    '--disable-extensions',
    '--disable-search-engine-choice-screen',
    // The profile holds no secret, so it must not ask for the person's keychain.
    '--password-store=basic',
    '--use-mock-keychain',
    // A covered terminal still has to take its output, or the machine's program would stand still.
    '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding',
    '--disable-backgrounding-occluded-windows',
    '--disable-dev-shm-usage',
    // A browser warns in a bar about switches that a person should not set by hand; this window has set them on purpose.
    '--test-type',
    // Chromium refuses to start as root with its sandbox.
    ...(options.root ? ['--no-sandbox'] : []),
    ...(options.headless ? ['--headless'] : []),
    '--window-size=1280,800',
    // --app=about:blank would open a normal window with an address bar; headless knows no --app.
    options.headless ? 'about:blank' : '--app=data:text/html,<title>Gatehouse</title>',
  ]
}

/** Starts Chromium. It ends by itself when this process ends, as its pipe closes. */
export function startChromium(file: string, options: { profile: string; headless: boolean }): Browser {
  const child = spawn(file, chromiumSwitches({ ...options, root: process.getuid?.() === 0 }), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  })
  const output = lastLines(mostWords)
  child.stderr?.setEncoding('utf8').on('data', (text: string) => output.write(text))
  const [, , , write, read] = child.stdio
  if (!write || !read || !('write' in write) || !('read' in read)) throw new Error('Chromium was started without its pipes')
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    // A file that is no program: told here, as no exit follows.
    child.once('error', () => resolve())
  })
  return {
    devtools: connectDevtools({ write, read }),
    process: child,
    headless: options.headless,
    ended,
    lastWords: () => reasonIn(output.end()),
  }
}

const mostWords = 20

/** The line that tells why, of the lines that Chromium wrote; with what to do, where that is known. */
export function reasonIn(lines: readonly string[]): string {
  // Dozens of lines are about D-Bus on a machine without one.
  const words = lines.filter((line) => !/dbus/i.test(line))
  const reason = words.findLast((line) => /FATAL|sandbox/i.test(line)) ?? words.at(-1) ?? 'it said nothing'
  return words.some((line) => /sandbox/i.test(line))
    ? `${reason}\nChromium needs its sandbox: allow user namespaces, or install the helper (Debian: apt-get install chromium-sandbox).`
    : reason
}
