import { defineConfig } from '@playwright/test'

/** Journeys through the real window. One at a time: each starts a console of its own, and two cores are few. */
export default defineConfig({
  testDir: 'test/journeys',
  outputDir: 'test-results',
  workers: 1,
  // A window, a desktop and a machine are many programs that start at once: a journey may be tried again, and `npm test` says which was.
  retries: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list']],
})
