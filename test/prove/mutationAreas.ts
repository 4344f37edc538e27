/** What mutation tests change, by area, and the tests that must notice it. Nearer tests come first: who notices soon costs little. */

export interface Area {
  /** Files of the product, or parts of them: `file:first-last` by lines. */
  mutate: readonly string[]
  tests: readonly string[]
}

/** A mutation score below this share is a proof that failed. */
export const neededShare = 0.85

export const areas: Readonly<Record<string, Area>> = {
  policy: {
    mutate: [
      'gateway/policy.ts',
      'gateway/judge.ts',
      'gateway/policies/levels.ts',
      'gateway/policies/effective.ts',
      'gateway/policies/logo.ts',
      'gateway/policies/settings.ts',
    ],
    tests: [
      'test/gateway/policy.test.ts',
      'test/gateway/judge.test.ts',
      'test/gateway/policies/levels.test.ts',
      'test/gateway/policies/settings.test.ts',
      'test/gateway/policies/effective.test.ts',
      'test/gateway/policies/jitAdmin.test.ts',
    ],
  },
  impact: {
    mutate: ['gateway/policies/impact.ts', 'gateway/policies/tree.ts'],
    tests: ['test/gateway/policies/tree.test.ts', 'test/gateway/policies/impact.test.ts'],
  },
  permissions: {
    mutate: ['gateway/permissions.ts', 'gateway/people/permit.ts'],
    tests: ['test/gateway/people/permit.test.ts'],
  },
  grants: {
    mutate: ['gateway/grant.ts', 'gateway/approvals.ts', 'gateway/decisions.ts', 'gateway/reasonsToEnd.ts'],
    tests: [
      'test/gateway/grant.test.ts',
      'test/gateway/reasonsToEnd.test.ts',
      'test/gateway/requestStory.test.ts',
      'test/gateway/approvals.test.ts',
    ],
  },
  expiry: {
    mutate: ['gateway/deadlines.ts', 'gateway/heap.ts', 'gateway/durations.ts'],
    tests: ['test/gateway/deadlines.test.ts', 'test/gateway/heap.test.ts', 'test/gateway/durations.test.ts'],
  },
  idempotency: {
    mutate: ['gateway/requests.ts'],
    tests: ['test/gateway/idempotency.test.ts', 'test/gateway/slowGate.test.ts', 'test/gateway/requests.test.ts'],
  },
  audit: {
    mutate: [
      'gateway/auditRow.ts',
      'gateway/canonicalJson.ts',
      'gateway/log/tree.ts',
      'gateway/log/tiles.ts',
      'gateway/log/proofs.ts',
      'gateway/log/note.ts',
      'gateway/log/checkpoint.ts',
      'gateway/log/bundle.ts',
      'gateway/log/lines.ts',
      'gateway/log/witness.ts',
      'gateway/verify.ts',
    ],
    tests: [
      'test/gateway/canonicalJson.test.ts',
      'test/gateway/auditRow.test.ts',
      'test/gateway/log/lines.test.ts',
      'test/gateway/log/tree.test.ts',
      'test/gateway/log/note.test.ts',
      'test/gateway/log/verify.test.ts',
    ],
  },
}

/** The one that MUTATION_AREA names, for the settings of StrykerJS and of its vitest. Throws RangeError if it names none. */
export function chosenArea(): Area {
  const area = areas[process.env['MUTATION_AREA'] ?? '']
  if (area === undefined) throw new RangeError(`MUTATION_AREA has to be one of ${Object.keys(areas).join(', ')}`)
  return area
}
