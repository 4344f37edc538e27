/** Lints offending lines at the places where they would stand, with the real rules: a rule that stopped biting fails here. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const repository = path.resolve(import.meta.dirname, '../..')
const restricted = 'eslint(no-restricted-imports)'

interface Snippet {
  name: string
  file: string
  code: string
  /** The rule that must bite; none: the line is allowed. */
  rule?: string
}

const use = (specifier: string): string => `import { x } from '${specifier}'\nx()\n`
const useType = (specifier: string): string => `import type { x } from '${specifier}'\nexport type Y = x\n`

const snippets: Snippet[] = [
  { name: 'electron outside its host', file: 'main/platform/keychain.ts', code: use('electron'), rule: restricted },
  { name: 'electron in a feature', file: 'main/machines/a.ts', code: use('electron'), rule: restricted },
  { name: 'electron in the Chromium host', file: 'main/platform/chromium/a.ts', code: use('electron'), rule: restricted },
  { name: 'electron in a test', file: 'test/main/a.ts', code: use('electron'), rule: restricted },
  { name: 'electron in its host', file: 'main/platform/electron/a.ts', code: use('electron') },
  { name: 'electron in the preload entry', file: 'preload/index.ts', code: use('electron') },
  { name: 'electron elsewhere in preload', file: 'preload/a.ts', code: use('electron'), rule: restricted },
  { name: 'the types of electron in a test', file: 'test/main/b.ts', code: useType('electron') },
  { name: 'child processes in main', file: 'main/log.ts', code: use('node:child_process'), rule: restricted },
  { name: 'child processes in a feature', file: 'main/sessions/a.ts', code: use('child_process'), rule: restricted },
  { name: 'child processes in the gateway', file: 'gateway/a.ts', code: use('node:child_process'), rule: restricted },
  { name: 'child processes in platform', file: 'main/platform/a.ts', code: use('node:child_process') },
  { name: 'the keychain in a feature', file: 'main/account/a.ts', code: use('keytar'), rule: restricted },
  { name: 'main in the gateway', file: 'gateway/gates/a.ts', code: use('../../main/callError.ts'), rule: restricted },
  { name: 'the contract in the gateway', file: 'gateway/b.ts', code: use('../preload/contract.ts'), rule: restricted },
  { name: 'main in the window', file: 'renderer/machines/a.tsx', code: use('../../main/callError.ts'), rule: restricted },
  { name: 'types of main in the window', file: 'renderer/machines/b.tsx', code: useType('../../main/ports.ts'), rule: restricted },
  { name: 'the gateway in the window', file: 'renderer/a.ts', code: use('../gateway/api.ts'), rule: restricted },
  { name: 'Node in the window', file: 'renderer/b.ts', code: use('node:fs'), rule: restricted },
  { name: 'values of the contract in the window', file: 'renderer/c.ts', code: use('../preload/contract.ts'), rule: restricted },
  {
    name: 'values of a part of the contract in the window',
    file: 'renderer/parts/a.ts',
    code: use('../../preload/contract/machines.ts'),
    rule: restricted,
  },
  { name: 'types of the contract in the window', file: 'renderer/d.ts', code: useType('../preload/contract.ts') },
  { name: 'the window in main', file: 'main/b.ts', code: use('../renderer/App.tsx'), rule: restricted },
  { name: 'main in preload', file: 'preload/b.ts', code: use('../main/ports.ts'), rule: restricted },
  ...['machines', 'policies', 'grants', 'sessions', 'recordings', 'challenges', 'audit', 'account', 'settings'].map((feature) => ({
    name: `another feature in ${feature}`,
    file: `main/${feature}/other.ts`,
    code: useType(`../${feature === 'grants' ? 'machines' : 'grants'}/grants.ts`),
    rule: restricted,
  })),
  { name: 'values from what another feature needs', file: 'main/grants/b.ts', code: use('../sessions/needs.ts'), rule: restricted },
  { name: 'types from what another feature needs', file: 'main/grants/c.ts', code: useType('../sessions/needs.ts') },
  { name: 'another feature in a folder of a feature', file: 'main/sessions/ssh/a.ts', code: use('../../audit/audit.ts'), rule: restricted },
  { name: 'platform in a feature', file: 'main/sessions/b.ts', code: use('../platform/programs.ts'), rule: restricted },
  { name: 'the gateway in a feature', file: 'main/grants/d.ts', code: useType('../../gateway/api.ts'), rule: restricted },
  { name: 'one provider in a feature', file: 'main/grants/e.ts', code: use('../providers/gateway/provider.ts'), rule: restricted },
  { name: 'the app in a feature', file: 'main/audit/a.ts', code: useType('../app.ts'), rule: restricted },
  {
    name: 'ports, errors and the contract in a feature',
    file: 'main/audit/b.ts',
    code: `${use('../callError.ts')}export * from '../../preload/contract.ts'\n`,
  },
  {
    name: 'the inside of the gateway in a provider',
    file: 'main/providers/gateway/a.ts',
    code: use('../../../gateway/server.ts'),
    rule: restricted,
  },
  { name: "the gateway's contract in a provider", file: 'main/providers/gateway/b.ts', code: use('../../../gateway/api.ts') },
  {
    name: 'what console and gateway share, in a provider',
    file: 'main/providers/gateway/d.ts',
    code: use('../../../gateway/contract/proof.ts'),
  },
  { name: 'how a witness judges, in a provider', file: 'main/providers/gateway/g.ts', code: use('../../../gateway/log/witness.ts') },
  {
    name: "the gateway's own log in a provider",
    file: 'main/providers/gateway/h.ts',
    code: use('../../../gateway/log/transparentLog.ts'),
    rule: restricted,
  },
  {
    name: 'people of the gateway in a provider',
    file: 'main/providers/gateway/e.ts',
    code: useType('../../../gateway/people/people.ts'),
    rule: restricted,
  },
  {
    name: 'a look-alike of what they share, in a provider',
    file: 'main/providers/gateway/f.ts',
    code: use('../../../gateway/contracts.ts'),
    rule: restricted,
  },
  { name: 'a feature in a provider', file: 'main/providers/gateway/c.ts', code: useType('../../machines/machine.ts'), rule: restricted },
  {
    name: 'a cycle',
    file: 'gateway/cycle/one.ts',
    code: `import { two } from './two.ts'\nexport const one = (): number => two()\n`,
    rule: 'import(no-cycle)',
  },
  {
    name: 'the other half of the cycle',
    file: 'gateway/cycle/two.ts',
    code: `import { one } from './one.ts'\nexport const two = (): number => one()\n`,
    rule: 'import(no-cycle)',
  },
  { name: 'any', file: 'gateway/c.ts', code: 'export const x: any = 1\n', rule: 'typescript(no-explicit-any)' },
  {
    name: 'an any that came from outside',
    file: 'gateway/d.ts',
    code: `export const x: string = JSON.parse('1').name\n`,
    rule: 'typescript(no-unsafe-assignment)',
  },
  {
    name: 'a promise that nobody waits for',
    file: 'gateway/e.ts',
    code: `Promise.resolve(1).then(String)\n`,
    rule: 'typescript(no-floating-promises)',
  },
  {
    name: 'a switch that forgets a case',
    file: 'gateway/f.ts',
    code: `export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n`,
    rule: 'typescript(switch-exhaustiveness-check)',
  },
  {
    name: 'a non-null assertion',
    file: 'gateway/g.ts',
    code: `export const f = (x?: string): string => x!\n`,
    rule: 'typescript(no-non-null-assertion)',
  },
  { name: 'a file of 300 lines', file: 'gateway/h.ts', code: 'export {}\n'.repeat(300), rule: 'eslint(max-lines)' },
]

const Report = z.object({ diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })) })

describe('the layers', () => {
  const copy = mkdtempSync(path.join(tmpdir(), 'gatehouse-layers-'))
  const found = new Map<string, string[]>()

  beforeAll(() => {
    for (const folder of ['main', 'gateway', 'preload', 'renderer', 'test']) {
      cpSync(path.join(repository, folder, 'tsconfig.json'), path.join(copy, folder, 'tsconfig.json'))
    }
    for (const file of ['.oxlintrc.json', 'tsconfig.base.json']) cpSync(path.join(repository, file), path.join(copy, file))
    symlinkSync(path.join(repository, 'node_modules'), path.join(copy, 'node_modules'))
    for (const { file, code } of snippets) {
      mkdirSync(path.dirname(path.join(copy, file)), { recursive: true })
      writeFileSync(path.join(copy, file), code)
    }
    const oxlint = path.join(repository, 'node_modules/oxlint/bin/oxlint')
    const { stdout } = spawnSync(process.execPath, [oxlint, '--type-aware', '--format', 'json'], { cwd: copy, encoding: 'utf8' })
    for (const { code, filename } of Report.parse(JSON.parse(stdout)).diagnostics)
      found.set(filename, [...(found.get(filename) ?? []), code])
  }, 60_000)
  afterAll(() => rmSync(copy, { recursive: true }))

  test.each(snippets.filter(({ rule }) => rule !== undefined))('refuse $name ($file)', ({ file, rule }) => {
    expect(found.get(file)).toContain(rule)
  })

  test.each(snippets.filter(({ rule }) => rule === undefined))('allow $name ($file)', ({ file }) => {
    expect(found.get(file) ?? []).not.toContain(restricted)
  })
})
