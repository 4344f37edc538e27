/** The window can do what the console needs and nothing else, in whichever host it runs. */
import { fork } from 'node:child_process'
import path from 'node:path'
import type { Bridge } from '../../preload/contract.ts'
import { appFolder, expect, test } from './fixture.ts'

declare global {
  interface Window {
    readonly gatehouse: Bridge
  }
}

/** Long enough for a script that should not have run to have run. */
const titleAfter = `new Promise((resolve) => setTimeout(() => resolve(document.title), 300))`

test('the page sees window.gatehouse and nothing else of the console', async ({ page }) => {
  const seen = await page.evaluate(() => ({
    bridge: Object.keys(window.gatehouse),
    others: Object.getOwnPropertyNames(globalThis).filter((name) => /electron|^require|^process$|^__|ipc/i.test(name)),
    secure: isSecureContext,
  }))
  expect(seen.bridge).toEqual(['call', 'onChange', 'openPipe'])
  expect(seen.others.filter((name) => !/^__(?:playwright|pw)/.test(name))).toEqual([])
  expect(seen.secure).toBe(true)
})

test('the page cannot replace or change the bridge', async ({ page }) => {
  const changed = await page.evaluate(() => {
    return [
      Reflect.set(globalThis, 'gatehouse', 1),
      Reflect.deleteProperty(globalThis, 'gatehouse'),
      Reflect.set(window.gatehouse, 'call', 1),
    ]
  })
  expect(changed).toEqual([false, false, false])
})

test('the content policy stops inline script, eval and remote files', async ({ page }) => {
  const violations = await page.evaluate(async () => {
    const seen: string[] = []
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective))
    const inline = document.createElement('script')
    inline.textContent = 'document.title = "inline ran"'
    document.body.append(inline)
    const remote = document.createElement('script')
    remote.src = 'https://example.com/x.js'
    document.body.append(remote)
    const image = document.createElement('img')
    image.src = 'https://example.com/x.png'
    document.body.append(image)
    const frame = document.createElement('iframe')
    frame.src = 'https://example.com/'
    document.body.append(frame)
    // An event handler attribute is script of the page itself, so the policy holds inside it.
    const handler = document.createElement('a')
    handler.setAttribute('onclick', 'document.title = "handler ran"')
    handler.click()
    await fetch('https://example.com/').catch(() => undefined)
    for (const started = performance.now(); seen.length < 6 && performance.now() - started < 2000;) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return seen
  })
  expect(violations.toSorted()).toEqual(['connect-src', 'frame-src', 'img-src', 'script-src-attr', 'script-src-elem', 'script-src-elem'])
  expect(await page.evaluate(titleAfter)).not.toMatch(/ran/)
})

test('eval is refused to scripts of the page', async ({ page }) => {
  // A timer's string is compiled under the page's policy, wherever the timer was set.
  const blocked = await page.evaluate(async () => {
    const violation = new Promise<string>((resolve) =>
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.blockedURI), { once: true }),
    )
    // eslint-disable-next-line typescript/no-implied-eval -- it is what has to be refused
    setTimeout('document.title = "eval ran"')
    return violation
  })
  expect(blocked).toBe('eval')
  expect(await page.evaluate(titleAfter)).not.toMatch(/ran/)
})

for (const [what, script] of [
  ['another site', `location.href = 'https://example.com/'`],
  ['another file of the console', `location.href = '/assets/'`],
  ['a file', `location.href = 'file:///etc/passwd'`],
  ['a data address', `location.href = 'data:text/html,hello'`],
  ['a blank page', `location.href = 'about:blank'`],
  ['a blob of its own', `location.href = URL.createObjectURL(new Blob(['<h1>hello'], { type: 'text/html' }))`],
] as const) {
  test(`the window does not go to ${what}`, async ({ page }) => {
    await page.evaluate(`setTimeout(() => { ${script} })`).catch(() => undefined)
    await page.waitForTimeout(500)
    await page.waitForURL('https://console.internal/')
    expect(await page.evaluate(() => typeof window.gatehouse)).toBe('object')
  })
}

test('window.open and links to a new window open nothing', async ({ page }) => {
  await page.evaluate(() => {
    window.open('https://console.internal/')
    window.open('about:blank')
    const link = document.createElement('a')
    link.target = '_blank'
    link.href = 'https://example.com/'
    document.body.append(link)
    link.click()
  })
  await expect.poll(() => page.context().pages().length).toBe(1)
  expect(page.url()).toBe('https://console.internal/')
})

test('the page may copy, and may neither read the clipboard nor use camera, microphone, place or devices', async ({ page }) => {
  const states = await page.evaluate(async () => {
    const names = ['camera', 'microphone', 'geolocation', 'midi', 'persistent-storage'] as const
    const answers = names.map(async (name) => {
      const { state } = await navigator.permissions.query({ name })
      return `${name}: ${state}`
    })
    return Promise.all(answers)
  })
  expect(states.filter((state) => !state.endsWith(': denied'))).toEqual([])
  await expect(page.evaluate(() => navigator.clipboard.readText())).rejects.toThrow(/NotAllowedError/)
  await page.evaluate(() => navigator.clipboard.writeText('copied'))
})

test('a download is refused', async ({ page }) => {
  const download = page.waitForEvent('download', { timeout: 1000 }).then(
    async (started) => started.failure(),
    () => 'none started',
  )
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.download = 'x.txt'
    link.href = URL.createObjectURL(new Blob(['x']))
    document.body.append(link)
    link.click()
  })
  expect(await download).not.toBeNull()
})

test('a second start hands its link over and ends, and ignores every other argument (F-8)', async ({ console, page }) => {
  test.skip(console.host === 'electron', 'Electron brings its own instance lock')
  const heard = page.evaluate(() => new Promise((resolve) => window.gatehouse.onChange((topic) => topic === 'link' && resolve(topic))))
  const args = ['--inspect=0', '--remote-debugging-port=9', '--no-sandbox', 'gatehouse://machine/desk:none']
  const second = fork(path.join(appFolder, 'dist/main/chromium.mjs'), args, {
    env: { ...console.environment, GATEHOUSE_E2E: '' },
    execArgv: [],
    stdio: 'ignore',
  })
  const code = await new Promise((resolve) => second.once('exit', resolve))
  expect(code).toBe(0)
  expect(await heard).toBe('link')
  expect(console.child.exitCode).toBeNull()
})
