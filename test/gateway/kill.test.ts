import { expect, test } from 'vitest'
import { proveKills } from '../prove/kill.prove.ts'

// `npm run prove -- kill` does the same at 2,000 points.
test(
  'F-61, F-48: killed at any call of its store or its gate, or under load, a gateway loses and doubles nothing that it answered, and leaves nothing half done or open',
  { timeout: 180_000 },
  async () => {
    const claims = await proveKills(14, 25)
    for (const { claim, trials, held } of claims) {
      expect(trials, claim).toBeGreaterThan(10)
      expect(held, claim).toBe(trials)
    }
  },
)
