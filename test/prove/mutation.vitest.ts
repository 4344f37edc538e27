/** How StrykerJS runs tests: those of MUTATION_AREA, in the copy that it changes, in the order in which they are listed. */
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'
import { chosenArea } from './mutationAreas.ts'

const { tests } = chosenArea()

function place({ moduleId }: TestSpecification): number {
  return tests.findIndex((test) => moduleId.endsWith(`/${test}`))
}

/** The first test that notices a change ends the run, so the quick ones come first; vitest would begin with the slow ones. */
class AsListed extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((one, other) => place(one) - place(other)))
  }
}

export default defineConfig({
  test: { include: [...tests], testTimeout: 60_000, sequence: { sequencer: AsListed } },
})
