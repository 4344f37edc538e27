/** Serves the built page from its folder to whichever host asks; refuses everything else. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { origin, pageHeaders, workerPolicy } from './contentPolicy.ts'

export interface PageAnswer {
  status: number
  headers: Record<string, string>
  body: Uint8Array<ArrayBuffer>
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
}

/** What the build makes of *.worker.ts. */
const workerScript = /^assets\/\w+\.worker-[\w-]+\.js$/

/**
 * The file of the page that `url` names, as a path below the folder, or undefined when it names anything else. Only plain names are
 * taken: a percent sign, backslash, colon or dot-dot can only be an attempt to leave the folder, as the build writes none.
 */
export function pageFile(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { origin: asked, pathname } = new URL(url)
  if (asked !== origin) return undefined
  if (pathname === '/') return 'index.html'
  const names = pathname.slice(1).split('/')
  return names.every((name) => /^[\w-][\w.-]*$/.test(name)) ? names.join('/') : undefined
}

/** The answer to a request from the window; 404 for what is not a file of the page. Never rejects. */
export async function readPage(folder: string, url: string): Promise<PageAnswer> {
  const file = pageFile(url)
  const body = file === undefined ? undefined : await readFile(path.join(folder, file)).catch(() => undefined)
  if (file === undefined || body === undefined) {
    return { status: 404, headers: { ...pageHeaders, 'content-type': 'text/plain' }, body: new Uint8Array() }
  }
  const type = mediaTypes[path.extname(file)] ?? 'application/octet-stream'
  const policy = workerScript.test(file) ? { 'content-security-policy': workerPolicy } : {}
  return { status: 200, headers: { ...pageHeaders, ...policy, 'content-type': type }, body: new Uint8Array(body) }
}
