import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/journeys/**'],
    testTimeout: 20_000,
    // Two cores: more workers only make timing tests lie.
    maxWorkers: 2,
    pool: 'forks',
  },
})
