import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Those of test/postgres have a configuration of their own: they need a server.
    exclude: ['test/journeys/**', 'test/postgres/**'],
    testTimeout: 20_000,
    // Two cores: more workers only make timing tests lie.
    maxWorkers: 2,
    pool: 'forks',
  },
})
