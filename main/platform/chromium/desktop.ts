/** The desktop around the window, where the host is Chromium: the browser's own clipboard and notifications, and the system's way to open a page. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import type { Desktop } from '../../ports.ts'
import { childEnvironment } from '../environment.ts'

/** Runs an expression in the window's isolated world, as if the person had clicked. */
export type RunInWindow = (expression: string) => Promise<void>

export function createDesktop(run: RunInWindow): Desktop {
  return {
    copyText: (text) => run(`navigator.clipboard.writeText(${JSON.stringify(text)})`),
    openWebPage: (url) => openWithSystem(url),
    notify: (title, body) => {
      // Without a window there is nobody to tell.
      void run(`void new Notification(${JSON.stringify(title)}, { body: ${JSON.stringify(body)} })`).catch(() => {})
    },
    chooseSavePath: async (suggestedName) => {
      const folder = await downloadsFolder(homedir(), process.env)
      await mkdir(folder, { recursive: true })
      return unusedPath(folder, suggestedName, existsSync)
    },
  }
}

/** The program that opens an address in the person's browser, as argv: never a shell. */
export function openCommand(platform: NodeJS.Platform, url: string): [file: string, args: string[]] {
  if (platform === 'darwin') return ['/usr/bin/open', [url]]
  if (platform === 'win32') return [String.raw`C:\Windows\System32\rundll32.exe`, ['url.dll,FileProtocolHandler', url]]
  return ['xdg-open', [url]]
}

async function openWithSystem(url: string): Promise<void> {
  // The contract allows https only; said again here, as this is where a file: or a program's scheme would do harm.
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:') throw new Error('only https addresses are opened')
  const [file, args] = openCommand(process.platform, new URL(url).href)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(file, args, { stdio: 'ignore', detached: true, env: childEnvironment(process.env) })
  child.once('error', reject)
  child.once('spawn', () => resolve())
  child.unref()
  await promise
}

/** XDG user directories (user-dirs.dirs), else ~/Downloads. */
export async function downloadsFolder(home: string, environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const config = environment['XDG_CONFIG_HOME'] ?? path.join(home, '.config')
  const text = await readFile(path.join(config, 'user-dirs.dirs'), 'utf8').catch(() => '')
  const named = /^XDG_DOWNLOAD_DIR="(?<folder>(?:\$HOME)?\/[^"\\]*)"$/m.exec(text)?.groups?.['folder']
  return named?.replace(/^\$HOME/, home) ?? path.join(home, 'Downloads')
}

/** `name`, `name (1)`, … : the first that `isTaken` does not know. Only the last part of what is suggested counts. */
export function unusedPath(folder: string, suggestedName: string, isTaken: (file: string) => boolean): string {
  const plain = path.basename(suggestedName.replaceAll('\\', '/')).replaceAll(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '_')
  const { name, ext } = path.parse(/^\.*$/.test(plain) ? 'gatehouse' : plain)
  for (let number = 0; ; number++) {
    const file = path.join(folder, `${name}${number === 0 ? '' : ` (${number})`}${ext}`)
    if (!isTaken(file)) return file
  }
}
