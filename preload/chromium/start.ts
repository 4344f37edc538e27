/** The Chromium host's two scripts in one bundle; each world starts its half (main/platform/chromium/preloadScript.ts). */
export { startIsolatedWorld } from './isolatedWorld.ts'
export { startMainWorld } from './mainWorld.ts'
