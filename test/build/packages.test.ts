import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { missing, packages } from '../../build/setup/packages.mjs'

const module = path.resolve(import.meta.dirname, '../../build/setup/packages.mjs')

test('what is installed is not missing, and one of two alternatives is enough', () => {
  expect(missing(['bash', 'gatehouse-no-such-package', 'gatehouse-no-such-package|bash'])).toEqual(['gatehouse-no-such-package'])
})

test('every purpose names its packages once', () => {
  for (const names of Object.values(packages)) expect(new Set(names).size).toBe(names.length)
})

test.runIf(process.getuid?.() === 0)('without root or sudo the exact command is printed and nothing is installed', () => {
  const code = `import { ensure } from ${JSON.stringify(module)}
    process.exit(ensure(['bash', 'gatehouse-no-such-package'], 'the tour') ? 0 : 1)`
  const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, '--input-type=module', '-e', code]
  const { status, stderr } = spawnSync('setpriv', nobody, { encoding: 'utf8', cwd: '/' })
  expect(stderr).toContain('\n  sudo apt-get install --no-install-recommends gatehouse-no-such-package\n')
  expect(status).toBe(1)
})
