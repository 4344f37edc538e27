/**
 * Mutation tests (`npm run prove -- mutation`): StrykerJS changes the product in a copy of it, one small thing at a time, and a test must notice.
 * What is changed is told on its command line, and MUTATION_AREA says which tests must notice: test/prove/mutation.prove.ts.
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // Those that vitest holds for related are nearly all. With Stryker's `testFiles` it would switch on too late what is changed in the code that runs
  // when a module is loaded: https://github.com/stryker-mutator/stryker-js/issues/6144
  vitest: { configFile: 'test/prove/mutation.vitest.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A busy machine must not look like a test that noticed something.
  timeoutMS: 5000,
  timeoutFactor: 1.5,
  dryRunTimeoutMinutes: 15,
  // The copy has what the tests of the gateway stand on, and nothing that was built.
  ignorePatterns: ['*', '!gateway/**', '!main/**', '!test/gateway/**', '!test/prove/**', '!tsconfig.base.json'],
  disableTypeChecks: false,
  tempDirName: '.cache/stryker',
  cleanTempDir: 'always',
  reporters: ['progress-append-only', 'clear-text', 'json'],
  allowConsoleColors: false,
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.cache/mutation.json' },
}
