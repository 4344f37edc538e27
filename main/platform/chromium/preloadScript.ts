/** Puts the scripts together that Chromium runs before the page: the stand-in for Electron with the very same preload, and the page's half. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/** The isolated world's name and what is in it; the page can see neither. */
export const worldName = 'gatehouse-preload'
export const bindingName = '__gatehouseSend'
export const worldGlobal = '__gatehouse'

/** A CommonJS bundle as an expression whose value is its exports. `electron` is an expression too. */
const exportsOf = (bundle: string, electron = 'undefined'): string => `(() => {
const module = { exports: {} }
const require = (name) => { if (name === 'electron') return ${electron}; throw new Error('module not found: ' + name) }
;((module, exports, require) => {${bundle}
})(module, module.exports, require)
return module.exports
})()`

// Electron runs a preload in the main frame only, and so do we.
const inMainFrame = (body: string): string => `(() => {
if (window.top !== window) return
${body}
})()`

/** The scripts for the isolated and for the page's world. `folder` is dist/preload; `secret` is new for each window. */
export async function preloadScripts(folder: string, secret: string): Promise<{ isolated: string; main: string }> {
  const [preload, chromium] = await Promise.all(['index', 'chromium'].map((name) => readFile(path.join(folder, `${name}.cjs`), 'utf8')))
  if (preload === undefined || chromium === undefined) throw new Error('unreachable: two names give two texts')
  const secretText = JSON.stringify(secret)
  return {
    isolated: inMainFrame(`const send = globalThis.${bindingName}
delete globalThis.${bindingName}
const { world, electron } = ${exportsOf(chromium)}.startIsolatedWorld(${secretText}, send)
globalThis.${worldGlobal} = world;
${exportsOf(preload, 'electron')}`),
    main: inMainFrame(`${exportsOf(chromium)}.startMainWorld(${secretText})`),
  }
}
