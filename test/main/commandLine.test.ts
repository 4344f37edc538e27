import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { run, toOrder } from '../../main/commandLine.ts'
import { openTestApp } from './testApp.ts'

async function linesOf(app: Awaited<ReturnType<typeof openTestApp>>['app'], ...args: string[]): Promise<string[]> {
  const order = toOrder(args)
  if (order.name === 'wrong') throw new Error(order.problem)
  const lines: string[] = []
  expect(await run(app, order, (line) => void lines.push(line))).toBeUndefined()
  return lines
}

describe('the command line', () => {
  test('GTW-4: lists machines as text and as JSON, more than one page of them', async () => {
    const { app, call } = await openTestApp()
    const entries = Array.from({ length: 250 }, (_, at) => ({ alias: `m${at}`, address: `10.0.0.${at}`, port: 22 }))
    await call('machines.importSshConfig', { entries, site: 'Lab', turnOnJit: true })
    const lines = await linesOf(app, 'machines', 'list', '--search', 'lab')
    expect(lines).toHaveLength(250)
    expect(lines[2]).toBe('m2\t10.0.0.2\tlinux\tLab\t22\t')
    expect(JSON.parse((await linesOf(app, 'machines', 'list', '--json'))[0] ?? '')).toMatchObject({ name: 'm0', ports: [22] })
    expect(await linesOf(app, 'machines', 'list', '--tab', 'unsupported')).toEqual([])
  })

  test('lists the log, newest first, as much as was asked for', async () => {
    const { app, addMachine } = await openTestApp()
    await addMachine()
    const lines = await linesOf(app, 'audit', 'list', '--json', '--limit', '1')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ action: 'machine.added' }])
    expect((await linesOf(app, 'audit', 'list')).at(-1)).toContain('\tgateway.started\t')
  })

  test('a name with control characters cannot write to the terminal', async () => {
    const { app, addMachine } = await openTestApp()
    await addMachine({ name: 'a\u001b]0;owned\u0007b\u202e' })
    expect((await linesOf(app, 'machines', 'list'))[0]).toMatch(/^a\ufffd\]0;owned\ufffdb\ufffd\t/)
  })

  test.each([
    [],
    ['machines'],
    ['machines', 'drop'],
    ['machines', 'list', '--tab', 'x'],
    ['audit', 'list', '--limit', '-1'],
    ['audit', 'list', '--inspect'],
  ])('F-8: %j is not understood, and nothing is started', (...args) => {
    expect(toOrder(args).name).toBe('wrong')
  })

  test('is a program of its own, which ends with 0, or 2 when it does not understand', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const start = async (...args: string[]) => {
      const child = spawn(process.execPath, [join(import.meta.dirname, '../../main/cli.ts'), ...args], {
        env: { GATEHOUSE_DATA: folder, HOME: folder },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
      return { code: await ended, stdout, stderr }
    }
    expect(await start('machines', 'list')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await start('audit', 'list', '--json', '--limit', '1')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('gateway.started') as unknown,
    })
    expect(await start('nonsense')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('usage: gatehouse') as unknown })
  })
})
