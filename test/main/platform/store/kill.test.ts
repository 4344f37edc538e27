import { expect, test } from 'vitest'
import { proveStoreKills } from '../../../prove/store.prove.ts'

// `npm run prove -- store` does the same at more than 1,000 points.
test(
  'F-87: a local store that is killed at any statement or instant, migrating or not, has what it acknowledged',
  { timeout: 180_000 },
  async () => {
    for (const { claim, trials, held } of await proveStoreKills({ statements: 8, instants: 4, migrations: 7 })) {
      expect(trials, claim).toBeGreaterThan(3)
      expect(held, claim).toBe(trials)
    }
  },
)
