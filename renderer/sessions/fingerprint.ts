/** Comparing fingerprints as people paste them: with or without the prefix, with spaces, line ends and padding. */

function bare(fingerprint: string): string {
  return fingerprint
    .replace(/\s+/g, '')
    .replace(/^sha256:/i, '')
    .replace(/=+$/, '')
}

/** Hexadecimal with colons, as certificates' fingerprints are often given, as base64 without padding. */
function toBase64(fingerprint: string): string {
  const text = bare(fingerprint)
  const hex = text.replaceAll(':', '')
  if (!/^[0-9a-f]{64}$/i.test(hex)) return text
  const bytes = hex.match(/../g)?.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))) ?? []
  return btoa(bytes.join('')).replace(/=+$/, '')
}

/** `nothing` while too little is given to say anything. Part of a fingerprint is never the same. */
export function compareFingerprint(given: string, shown: string): 'nothing' | 'same' | 'different' {
  if (bare(given) === '') return 'nothing'
  if (toBase64(given) === toBase64(shown)) return 'same'
  return 'different'
}
