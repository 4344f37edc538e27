import { fork, type ChildProcess } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimInstance, handedLink, instanceEndpoint, type Instance } from '../../../../main/platform/chromium/instance.ts'
import { until } from './realWindow.ts'

let folder: string
let links: string[]
const claimed: Instance[] = []

const claim = async (link = ''): Promise<Instance> => {
  const instance = await claimInstance(folder, link, (handed) => links.push(handed))
  claimed.push(instance)
  return instance
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-lock-'))
  links = []
})
afterEach(async () => {
  for (const instance of claimed.splice(0)) if (instance.first) instance.release()
  await rm(folder, { recursive: true })
})

/** Sends raw bytes, and resolves when the console has ended the connection. */
const sendRaw = (bytes: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    const socket = createConnection(instanceEndpoint(folder, process.platform))
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.resume()
    socket.end(bytes)
  })

test('the first start has the place; a second hands its link over', async () => {
  expect((await claim()).first).toBe(true)
  expect((await claim('gatehouse://machine/desk:a')).first).toBe(false)
  expect((await claim()).first).toBe(false)
  expect(links).toEqual(['gatehouse://machine/desk:a', ''])
})

test('the place is free again after a release', async () => {
  const first = await claim()
  if (first.first) first.release()
  await until(() => !existsSync(instanceEndpoint(folder, process.platform)))
  expect((await claim()).first).toBe(true)
})

test('F-110: only this person can reach the socket, which is in the data folder', async () => {
  await claim()
  const endpoint = instanceEndpoint(folder, 'linux')
  expect(path.dirname(endpoint)).toBe(folder)
  expect(statSync(endpoint).mode & 0o777).toBe(0o600)
})

test('a socket that a killed console left behind does not lock the next one out', async () => {
  const script = path.join(folder, 'hold.mjs')
  await writeFile(
    script,
    `import { createServer } from 'node:net'; createServer().listen(${JSON.stringify(instanceEndpoint(folder, 'linux'))}, () => process.send('held'))`,
  )
  const child: ChildProcess = fork(script, { execArgv: [] })
  await new Promise((resolve) => child.once('message', resolve))
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  expect((await claim()).first).toBe(true)
  expect((await claim('x')).first).toBe(false)
})

test('of many starts at once one has the place', async () => {
  const all = await Promise.all(Array.from({ length: 12 }, (_, index) => claim(String(index))))
  expect(all.filter((instance) => instance.first)).toHaveLength(1)
  expect(links).toHaveLength(11)
})

test('F-10: garbage is ignored and the console goes on', async () => {
  await claim()
  await sendRaw(Buffer.alloc(10_000_000, 65))
  await sendRaw(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
  await sendRaw(Buffer.from([0xff, 0xfe, 0]))
  await sendRaw(Buffer.from(`gatehouse 1\ngatehouse://machine/${'a'.repeat(3000)}`))
  await sendRaw(new Uint8Array())
  expect(links).toEqual([])
  expect((await claim('good')).first).toBe(false)
  expect(links).toEqual(['good'])
})

test('F-10: a connection that says nothing is ended', async () => {
  await claim()
  const socket = createConnection(instanceEndpoint(folder, process.platform))
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('close', resolve))
})

test('F-10: only the exact form is a link, and never more than 2 KB', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4000 }), (bytes) => {
      expect(handedLink(bytes)).toBeUndefined()
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (link) => {
      const handed = handedLink(Buffer.from(`gatehouse 1\n${link}`))
      expect(handed).toBe(Buffer.byteLength(link) <= 2048 ? link : undefined)
    }),
  )
})

test('a data folder whose path is too long for a socket is told, not worked around in a shared place', () => {
  expect(() => instanceEndpoint(`/home/${'x'.repeat(120)}`, 'linux')).toThrow(/too long/)
})
