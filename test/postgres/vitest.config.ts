/** The tests of the gateway once more, on a real PostgreSQL instead of the file: `npx vitest run --config test/postgres/vitest.config.ts`. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'test/gateway/{addition,approvals,endings,events,grants,recovery,server,slowGate,strictJson}.test.ts',
      'test/gateway/{log/routes,people/people,people/permit,policies/policies}.test.ts',
      'test/postgres/*.test.ts',
    ],
    globalSetup: ['test/postgres/setup.ts'],
    testTimeout: 20_000,
    // A server that stops writes what it has, and the machine may be busy.
    hookTimeout: 30_000,
    maxWorkers: 2,
    pool: 'forks',
  },
})
