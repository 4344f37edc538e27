import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildPreload, openRealWindow, until, type RealWindow } from './realWindow.ts'
import { standInApp } from './standInApp.ts'

let preload: string
let window: RealWindow | undefined

beforeAll(async () => {
  preload = await buildPreload(await mkdtemp(path.join(tmpdir(), 'gatehouse-preload-')))
})
afterAll(() => rm(preload, { recursive: true, force: true }))
afterEach(async () => {
  await window?.close()
  window = undefined
})

test('the page finds the bridge before its first script, and nothing else of ours', async () => {
  window = await openRealWindow(preload, { 'page.js': 'globalThis.seen = Object.keys(globalThis.gatehouse)' })
  expect(await window.evaluate('seen')).toEqual(['call', 'onChange', 'openPipe'])
  expect(
    await window.evaluate('Object.isFrozen(gatehouse) && [typeof require, typeof process, typeof __gatehouse, typeof __gatehouseSend]'),
  ).toEqual(['undefined', 'undefined', 'undefined', 'undefined'])
})

test('a call brings name and input to the app and its answer back', async () => {
  const app = standInApp(async (name, input) => ({ ok: true, value: { name, input, marked: '\0b text' } }))
  window = await openRealWindow(preload, {}, app)
  const input = { text: 'é\u2028\0\0sx', list: [1, null, { deep: true }] }
  expect(await window.evaluate(`gatehouse.call('app.info', ${JSON.stringify(input)})`)).toEqual({
    ok: true,
    value: { name: 'app.info', input, marked: '\0b text' },
  })
  expect(app.called).toEqual([{ name: 'app.info', input }])
})

test('functions in a call are refused, as in Electron', async () => {
  window = await openRealWindow(preload)
  await expect(window.evaluate(`gatehouse.call('app.info', { nested: () => 1 })`)).rejects.toThrow(/could not be cloned/)
})

test('the bell rings until the page stops listening', async () => {
  window = await openRealWindow(preload)
  await window.evaluate(`heard = []; stop = gatehouse.onChange((topic) => heard.push(topic)); 0`)
  window.app.ring('grants')
  await until(async () => (await window?.evaluate<string[]>('heard'))?.length === 1)
  await window.evaluate('stop()')
  window.app.ring('audit')
  await window.evaluate(`gatehouse.call('app.info', {})`)
  expect(await window.evaluate('heard')).toEqual(['grants'])
})

test('bytes pass both ways unchanged, only on their own pipe', async () => {
  window = await openRealWindow(preload)
  await window.evaluate(`frames = []; pipe = gatehouse.openPipe('one', (frame) => frames.push([frame.kind, ...(frame.bytes ?? [])])); 0`)
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  await window.app.sendFrame({ kind: 'data', pipe: 'two', bytes })
  await window.app.sendFrame({ kind: 'data', pipe: 'one', bytes })
  expect(await window.evaluate('frames')).toEqual([['data', ...bytes]])
  await window.evaluate(`pipe.send({ kind: 'data', pipe: 'one', bytes: Uint8Array.from({ length: 256 }, (_, i) => 255 - i) })`)
  await window.evaluate(`pipe.send({ kind: 'end', pipe: 'two' })`)
  await until(() => window?.app.frames.length === 1)
  expect(window.app.frames).toEqual([{ kind: 'data', pipe: 'one', bytes: bytes.toReversed() }])
})

test('a frame counts as taken when the page has run its listener', async () => {
  window = await openRealWindow(preload)
  await window.evaluate(
    `taken = 0; gatehouse.openPipe('p', () => { const until = performance.now() + 30; while (performance.now() < until); taken++ }); 0`,
  )
  for (let sent = 1; sent <= 5; sent++) {
    await window.app.sendFrame({ kind: 'taken', pipe: 'p', count: sent })
    expect(await window.evaluate('taken')).toBe(sent)
  }
})

test('a reload leaves the window usable and tells the app that the old document is gone', async () => {
  window = await openRealWindow(preload)
  await window.evaluate('marked = true; setTimeout(() => location.reload()); 0')
  await until(async () => (await window?.evaluate('document.readyState + typeof marked')) === 'completeundefined')
  expect(await window.evaluate(`gatehouse.call('app.info', {})`)).toEqual({ ok: true, value: {} })
  expect(window.app.state.windows).toBe(1)
})

test('F-111: a crashed page is back within two seconds', async () => {
  window = await openRealWindow(preload)
  await window.evaluate('marked = true')
  const started = performance.now()
  // The renderer's answer to this is its own end.
  void window.evaluate('0').catch(() => {})
  const { devtools } = window.browser()
  const { targetInfos } = await devtools.send('Target.getTargets')
  const target = targetInfos.find(({ type }) => type === 'page')
  if (!target) throw new Error('no page')
  const { sessionId } = await devtools.send('Target.attachToTarget', { targetId: target.targetId, flatten: true })
  void devtools
    .session(sessionId)
    .send('Page.crash')
    .catch(() => {})
  await until(async () => (await window?.evaluate('document.readyState + typeof marked + typeof gatehouse')) === 'completeundefinedobject')
  expect(performance.now() - started).toBeLessThan(2000)
  expect(window.app.state.windows).toBe(1)
})

test('F-111: a killed Chromium comes back with the page in it', async () => {
  window = await openRealWindow(preload)
  const first = window.browser()
  first.process.kill('SIGKILL')
  await first.ended
  await until(async () => window?.browser() !== first && (await window?.evaluate('typeof gatehouse')) === 'object')
  expect(window.app.state.windows).toBe(1)
})

test('closing the window ends the host', async () => {
  window = await openRealWindow(preload)
  const { targetInfos } = await window.send('Target.getTargets')
  const target = targetInfos.find(({ type }) => type === 'page')
  await window.send('Target.closeTarget', { targetId: target?.targetId ?? '' })
  await window.ended
  expect(window.app.state.windows).toBe(0)
})

test('copying works, and reading the clipboard is refused to the page', async () => {
  window = await openRealWindow(preload)
  await window.host.runInWindow(`navigator.clipboard.writeText('copied')`)
  await expect(window.evaluate('navigator.clipboard.readText()')).rejects.toThrow(/NotAllowedError/)
})
