import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { missing, packages } from '../../build/setup/packages.mjs'
import { asNobody, programs } from './nobody.ts'

const module = path.resolve(import.meta.dirname, '../../build/setup/packages.mjs')

test('what is installed is not missing, and one of two alternatives is enough', () => {
  expect(missing(['bash', 'gatehouse-no-such-package', 'gatehouse-no-such-package|bash'])).toEqual(['gatehouse-no-such-package'])
})

test('every purpose names its packages once', () => {
  for (const names of Object.values(packages)) expect(new Set(names).size).toBe(names.length)
})

test('the window brings the sandbox that Chromium needs where users may not make namespaces', () => {
  expect(packages.window).toContain('chromium-sandbox')
})

describe.runIf(process.getuid?.() === 0)('without root or sudo', () => {
  const code = `import { ensure } from ${JSON.stringify(module)}
    process.exit(ensure(['bash', 'gatehouse-no-such-package'], 'the tour') ? 0 : 1)`

  test('the exact command is printed and nothing is installed', () => {
    const { status, stderr } = asNobody(['--input-type=module', '-e', code], { PATH: programs({ sudo: true }) })
    expect(stderr).toContain('as root:\n\n  apt-get install --no-install-recommends gatehouse-no-such-package\n')
    expect(stderr).toContain('\n  sudo apt-get install --no-install-recommends gatehouse-no-such-package\n')
    expect(status).toBe(1)
  })

  test('sudo is not named where it is not installed', () => {
    const { status, stderr } = asNobody(['--input-type=module', '-e', code], { PATH: programs({ sudo: false }) })
    expect(stderr).toContain('as root:\n\n  apt-get install --no-install-recommends gatehouse-no-such-package\n')
    expect(stderr).not.toContain('sudo')
    expect(status).toBe(1)
  })
})
