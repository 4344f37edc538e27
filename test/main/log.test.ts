import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createLog } from '../../main/log.ts'
import { openTestApp } from './testApp.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-log-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('VLT-1: a secret that a bug puts into a line never reaches the disk', () => {
  const path = folder()
  const { log, close } = createLog(path)
  log.error(
    { password: 'hunter2', answer: { text: 'hunter2' }, call: { input: { passphrase: 'hunter2' } }, incident: 'ABCD1234' },
    'call failed',
  )
  log.info({ cause: Object.assign(new Error('refused'), { request: { headers: 'hunter2' } }) }, 'call refused')
  close()
  const text = readFileSync(join(path, 'gatehouse.log'), 'utf8')
  expect(text).toContain('ABCD1234')
  expect(text).toContain('refused')
  expect(text).not.toContain('hunter2')
  expect(statSync(join(path, 'gatehouse.log')).mode & 0o077).toBe(0)
})

test('VLT-1: what the window types into a prompt or a setting is in no file of the data folder', async () => {
  const { app, call, ports } = await openTestApp()
  const secret = 'hunter2-and-more'
  await app.call('sessions.answer', { attemptId: 'a', promptId: 'p', answer: { kind: 'text', text: secret, remember: true } })
  await app.call('sessions.answer', { attemptId: 'a', promptId: 'p', answer: { kind: 'text', text: 5, password: secret } })
  await call('app.copyText', { text: secret })
  await app.close()
  expect(ports.desktop.copied).toEqual([secret])
  expect(readFileSync(join(ports.info.dataFolder, 'gatehouse.log'), 'utf8')).not.toContain(secret)
})

test('F-109: where no log can be written the console still starts, and a log that grew large makes way', () => {
  const path = folder()
  writeFileSync(join(path, 'file'), '')
  const { log, close } = createLog(join(path, 'file', 'data'))
  log.error({}, 'nobody hears this')
  close()

  writeFileSync(join(path, 'gatehouse.log'), 'x'.repeat(6_000_000))
  createLog(path).close()
  expect(statSync(join(path, 'gatehouse.log.1')).size).toBe(6_000_000)
  expect(statSync(join(path, 'gatehouse.log')).size).toBe(0)
})
