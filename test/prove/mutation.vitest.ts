/** How StrykerJS runs tests: those of MUTATION_AREA, in the copy that it changes. */
import { defineConfig } from 'vitest/config'
import { chosenArea } from './mutationAreas.ts'

export default defineConfig({
  test: { include: [...chosenArea().tests], testTimeout: 60_000, pool: 'forks' },
})
