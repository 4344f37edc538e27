import { createHash } from 'node:crypto'
import { canonicalJson } from '../canonicalJson.ts'
import type { ChallengeDisplay } from './challenges.ts'

/** What a decision is for (F-74): SHA-256 over the canonical JSON (RFC 8785) of what is displayed, base64url. Both sides make it themselves. */
export function displayDigest(display: ChallengeDisplay): string {
  return createHash('sha256').update(canonicalJson(display)).digest('base64url')
}
