/** The headers of every answer from the internal origin, and the origin itself: the same in both hosts. */

/** The page's origin. `.internal` is reserved for private use and never resolves in public DNS, and both hosts answer it themselves. */
export const origin = 'https://console.internal'

/**
 * Everything is refused unless it is named here.
 * https://www.w3.org/TR/CSP3/
 */
const directives: Record<string, string> = {
  'default-src': "'none'",
  // No inline script, no eval, no remote code: what is built is what runs.
  'script-src': "'self'",
  // Mantine sets sizes and colours in style elements and attributes; styles cannot run code.
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data: blob:",
  'font-src': "'self'",
  // The window talks to main over the preload; it needs no network.
  'connect-src': "'self'",
  'worker-src': "'self'",
  'form-action': "'none'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
}

const policyOf = (named: Record<string, string>): string =>
  Object.entries(named)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ')

export const contentPolicy = policyOf(directives)

/**
 * A worker has the policy that its own script came with. The one that decodes pictures compiles wasm, which the page may not, and may do nothing
 * else: it is handed its bytes and its pictures, and loads no script or file (docs/decisions/0010-reading-codes.md).
 */
export const workerPolicy = policyOf({ 'default-src': "'none'", 'script-src': "'wasm-unsafe-eval'" })

export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentPolicy,
  // A file is what its type says, never what its bytes look like.
  'x-content-type-options': 'nosniff',
  // No other document shares our process or may load our files.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  // The files are on this computer already; a cache could only be stale after an update.
  'cache-control': 'no-store',
}
