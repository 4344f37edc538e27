import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contentPolicy, origin } from '../../../main/platform/contentPolicy.ts'
import { pageFile, readPage } from '../../../main/platform/pages.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-pages-'))
  await mkdir(path.join(folder, 'page/assets'), { recursive: true })
  await writeFile(path.join(folder, 'secret.html'), 'secret')
  await writeFile(path.join(folder, 'page/index.html'), 'start')
  await writeFile(path.join(folder, 'page/assets/index-a_B1.js'), 'code')
})
afterAll(() => rm(folder, { recursive: true }))

const read = async (url: string) => {
  const { status, headers, body } = await readPage(path.join(folder, 'page'), url)
  return { status, type: headers['content-type'], body: Buffer.from(body).toString() }
}

test('the page and its files are served with their types', async () => {
  expect(await read(`${origin}/`)).toEqual({ status: 200, type: 'text/html; charset=utf-8', body: 'start' })
  expect(await read(`${origin}/assets/index-a_B1.js`)).toEqual({ status: 200, type: 'text/javascript; charset=utf-8', body: 'code' })
})

test.each([
  `${origin}/../secret.html`,
  `${origin}/%2e%2e/secret.html`,
  `${origin}/%2e%2e%2fsecret.html`,
  `${origin}/..%5csecret.html`,
  `${origin}/assets/..%2f..%2fsecret.html`,
  `${origin}/assets`,
  `${origin}/assets/`,
  `${origin}//assets/index-a_B1.js`,
  `${origin}/assets/missing.js`,
  `${origin}/.hidden`,
  `${origin}/index.html%00.js`,
  `${origin}:444/`,
  'https://console.internal.example.com/',
  'https://user@evil.example/',
  'http://console.internal/',
  'file:///etc/passwd',
  'nonsense',
])('%s is not found', async (url) => {
  expect(await read(url)).toEqual({ status: 404, type: 'text/plain', body: '' })
})

test('no address names a file outside the folder', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.webUrl(), fc.string(), fc.array(fc.constantFrom('..', '.', '%2e', '/', '\\', '%2f', 'a', ':', '%'))),
      (rest) => {
        const file = pageFile(`${origin}/${Array.isArray(rest) ? rest.join('') : rest}`)
        if (file !== undefined) expect(path.resolve('/page', file).startsWith('/page/')).toBe(true)
      },
    ),
  )
})

test('every answer has the policy, also that of a missing file', async () => {
  for (const url of [`${origin}/`, `${origin}/missing.js`]) {
    const { headers } = await readPage(path.join(folder, 'page'), url)
    expect(headers).toMatchObject({
      'content-security-policy': contentPolicy,
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
  }
})

test('the policy refuses by default and allows no code but our own', () => {
  // A colon after a directive's name would make the whole directive void.
  expect(
    contentPolicy.split('; ').every((directive) => /^[a-z-]+ \S/.test(directive) && !directive.includes(':') !== /img-src/.test(directive)),
  ).toBe(true)
  expect(contentPolicy).toContain("default-src 'none'; script-src 'self';")
  expect(contentPolicy).not.toMatch(/unsafe-eval|https:|\*/)
})

test('only a worker’s script comes with a policy that lets it compile wasm, and that lets it do nothing else', async () => {
  await writeFile(path.join(folder, 'page/assets/reading.worker-B_x-1.js'), 'code')
  const policyOf = async (file: string) =>
    (await readPage(path.join(folder, 'page'), `${origin}/${file}`)).headers['content-security-policy']
  expect(await policyOf('assets/reading.worker-B_x-1.js')).toBe("default-src 'none'; script-src 'wasm-unsafe-eval'")
  expect(await policyOf('assets/index-a_B1.js')).toBe(contentPolicy)
  expect(contentPolicy).not.toContain('wasm')
})
