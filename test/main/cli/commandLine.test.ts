import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { fakeTerminal } from '../../fakes/fakeTerminal.ts'
import { openImport } from '../importing.ts'
import { openCliWorld } from './cliWorld.ts'

const parsed = (lines: readonly string[]): unknown[] => lines.map((line) => JSON.parse(line) as unknown)
const Granted = z.object({ grantId: z.string() })
const grantIdIn = (lines: readonly string[]): string => Granted.parse(parsed(lines)[0]).grantId

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('machines', () => {
  test('GTW-4: lists machines as text and as JSON, more than one page of them', async () => {
    const { gatehouse, call } = await openCliWorld()
    const content = Array.from({ length: 250 }, (_, at) => `Host m${at}\n  HostName 10.0.0.${at}`).join('\n')
    await (await openImport({ call }, { name: 'config', content })).take({ site: 'Lab', turnOnJit: true })
    const { out, code } = await gatehouse('machines', 'list', '--search', 'lab')
    expect(code).toBe(0)
    expect(out).toHaveLength(250)
    expect(out[2]).toBe('m2\t10.0.0.2\tlinux\tLab\t22\t')
    expect(parsed((await gatehouse('machines', 'list', '--json')).out)[0]).toMatchObject({ name: 'm0', ports: [22] })
    expect((await gatehouse('machines', 'list', '--tab', 'unsupported')).out).toEqual([])
  })

  test('a person sees columns under headings, a program tabs', async () => {
    const { gatehouseIn, addMachine } = await openCliWorld()
    await addMachine({ name: 'web-1' })
    const terminal = fakeTerminal({ isForPerson: true })
    await gatehouseIn(terminal, 'machines', 'list')
    expect(terminal.printed).toEqual(['NAME   ADDRESS    SYSTEM  SITE    PORTS  ACCESS', 'web-1  127.0.0.1  linux   Berlin  22'])
  })

  test('a name with control characters cannot write to the terminal', async () => {
    const { gatehouse, addMachine } = await openCliWorld()
    await addMachine({ name: 'a\u001b]0;owned\u0007b\u202e' })
    expect((await gatehouse('machines', 'list')).out[0]).toMatch(/^a\ufffd\]0;owned\ufffdb\ufffd\t/)
  })

  test('adds, shows by name whatever its case, and removes', async () => {
    const { gatehouse } = await openCliWorld()
    expect(await gatehouse('machines', 'add', 'Web-1', '10.0.0.1', '--site', 'Bern', '--tag', 'a,b', '--ssh-port', '2222')).toMatchObject({
      code: 0,
    })
    const [machine] = parsed((await gatehouse('machines', 'show', 'web-1', '--json')).out)
    expect(machine).toMatchObject({ name: 'Web-1', site: 'Bern', tags: ['a', 'b'], sshPort: 2222, ports: [2222] })
    expect(await gatehouse('machines', 'remove', 'WEB-1')).toMatchObject({ code: 0 })
    expect(await gatehouse('machines', 'show', 'web-1')).toEqual({ code: 3, out: [], err: ['There is no machine "web-1".'] })
  })

  test('two machines of one name are told apart by their ids, never by chance', async () => {
    const { gatehouse, addMachine } = await openCliWorld()
    const first = await addMachine({ name: 'web', address: '10.0.0.1' })
    await addMachine({ name: 'WEB', address: '10.0.0.2' })
    const { code, err } = await gatehouse('machines', 'show', 'web')
    expect(code).toBe(2)
    expect(err[0]).toContain(first)
    expect((await gatehouse('machines', 'show', first)).out).toContain('address\t10.0.0.1')
  })

  test('imports a file, says what it leaves out, and changes nothing in a dry run', async () => {
    const { gatehouse } = await openCliWorld()
    const file = join(temporaryFolder(), 'config')
    writeFileSync(file, 'Host web\n  HostName 10.0.0.5\n  User ops\nHost *.lab\n')
    expect((await gatehouse('machines', 'import', file, '--dry-run')).out).toEqual([
      '1\tnew\tweb\t10.0.0.5\t\t\t',
      '4\tleftOut\tHost *.lab\twildcard\t\t\t',
    ])
    expect((await gatehouse('machines', 'list')).out).toEqual([])
    const { out, err } = await gatehouse('machines', 'import', file, '--json')
    expect(parsed(out)).toEqual([{ added: 1, known: 0 }])
    expect(err[0]).toMatch(/^line 4 is left out \(wildcard\)/)
    expect(await gatehouse('machines', 'import', `${file}-not-there`)).toMatchObject({
      code: 1,
      err: [`${file}-not-there: there is no such file.`],
    })
  })
})

describe('access', () => {
  test('is requested, listed, extended and released', async () => {
    const { gatehouse, addMachine } = await openCliWorld()
    await addMachine({ name: 'web-1' })
    const requested = await gatehouse('request', 'web-1', '--for', '30m', '--reason', 'INC-7', '--wait', '--json')
    expect(requested.code).toBe(0)
    expect(parsed(requested.out)).toMatchObject([{ machineName: 'web-1', state: 'open', ports: [22], reason: 'INC-7' }])
    const grantId = grantIdIn(requested.out)
    expect((await gatehouse('grants')).out[0]).toMatch(new RegExp(`^${grantId}\\tweb-1\\ttess\\topen\\t22\\t30m\\t127\\.0\\.0\\.1:\\d+$`))
    const extended = parsed((await gatehouse('extend', 'web-1', '15m', '--json')).out)
    expect(extended).toMatchObject([{ grantId, remainingMs: expect.closeTo(45 * 60_000, -4) as unknown }])
    expect(parsed((await gatehouse('release', grantId.slice(0, 12), '--json')).out)).toMatchObject([{ grantId, state: 'closed' }])
    expect(await gatehouse('release', 'web-1')).toEqual({ code: 3, out: [], err: ['There is no such grant: web-1'] })
  })

  test('what policy does not allow ends with 6, and says what is allowed', async () => {
    const { gatehouse, addMachine } = await openCliWorld()
    await addMachine({ name: 'web-1' })
    expect(await gatehouse('request', 'web-1', '--port', '8080')).toEqual({
      code: 6,
      out: [],
      err: ['Policy does not allow this port. Allowed: 22.'],
    })
    expect((await gatehouse('request', 'web-1', '--for', '99h')).code).toBe(6)
    await addMachine({ name: 'off', address: '10.9.9.9', turnOnJit: false })
    const { code, err } = await gatehouse('request', 'off', '--json')
    expect(code).toBe(6)
    expect(parsed(err)).toMatchObject([{ failure: { tag: 'jitOff' }, words: expect.stringContaining('gatehouse policy set') as unknown }])
  })

  test('--hold stays until the access is over, and Ctrl-C gives it back', async () => {
    const { gatehouse, gatehouseIn, addMachine } = await openCliWorld()
    await addMachine({ name: 'web-1' })
    const terminal = fakeTerminal()
    const held = gatehouseIn(terminal, 'request', 'web-1', '--hold', '--json')
    await expect.poll(() => terminal.printed).toHaveLength(1)
    terminal.stop()
    expect(await held).toBe(0)
    expect(parsed((await gatehouse('grants', '--json')).out)).toMatchObject([{ state: 'closed', closeReason: 'released' }])
  })

  test('connect --print tells where to go, ends with the access, and gives back what it opened', async () => {
    const { gatehouse, gatehouseIn, addMachine } = await openCliWorld()
    await addMachine({ name: 'web-1' })
    const terminal = fakeTerminal()
    const connected = gatehouseIn(terminal, 'connect', 'web-1', '--print', '--json')
    await expect.poll(() => terminal.printed).toHaveLength(1)
    expect(parsed(terminal.printed)).toMatchObject([
      { way: 'forward', localEndpoint: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as unknown },
    ])
    await gatehouse('release', 'web-1')
    expect(await connected).toBe(0)
    // What the console did itself is written after it was done.
    const ofSessions = async () => parsed((await gatehouse('audit', '--topic', 'session', '--json')).out)
    await expect.poll(ofSessions, { timeout: 10_000 }).toMatchObject([{ action: 'session.ended' }, { action: 'session.started' }])
  })
})

describe('policy', () => {
  test('is shown with where each value comes from, changed after a look, and inherited again', async () => {
    const { gatehouse, addMachine } = await openCliWorld()
    await addMachine({ name: 'web-1', site: 'Bern' })
    expect((await gatehouse('policy', 'levels')).out).toEqual(expect.arrayContaining([expect.stringMatching(/^desk:site:Bern\t1\t1/)]))
    const changed = await gatehouse(
      'policy',
      'set',
      'machine:web-1',
      '--rule',
      '22:1h',
      '--rule',
      '8080/tcp:30m@10.0.0.0/8',
      '--yes',
      '--json',
    )
    expect(changed).toMatchObject({ code: 0, err: [] })
    const { out } = await gatehouse('policy', 'show', 'machine:web-1')
    expect(out).toEqual(
      expect.arrayContaining([
        'linux\t22/tcp, at most 1h, from any source (machine web-1)',
        'linux\t8080/tcp, at most 30m, from 10.0.0.0/8 (machine web-1)',
        'approval\tautomatic (default)',
      ]),
    )
    expect((await gatehouse('policy', 'inherit', 'machine:web-1', 'rules', '--yes')).code).toBe(0)
    expect((await gatehouse('policy', 'show', 'machine:web-1')).out.join('\n')).not.toContain('8080')
  })

  test('nothing is changed without a yes', async () => {
    const { gatehouse, gatehouseIn, addMachine } = await openCliWorld()
    await addMachine({ name: 'web-1' })
    expect(await gatehouse('policy', 'set', 'company', '--approval', 'oneApprover')).toMatchObject({ code: 2 })
    const terminal = fakeTerminal({ answers: ['y'] })
    expect(await gatehouseIn(terminal, 'policy', 'set', 'company', '--approval', 'oneApprover')).toBe(1)
    expect(terminal.said.slice(0, 3)).toEqual([
      'This changes 1 machine: web-1.',
      'Just-in-time access comes on for 0 machines, and goes off for 0.',
      '0 grants and requests end.',
    ])
    expect((await gatehouse('policy', 'set', 'company', '--approval', 'oneApprover', '--dry-run')).out[0]).toBe('machines\t1')
    expect((await gatehouse('policy', 'show', 'company')).out).toContain('approval\tautomatic (default)')
    expect(await gatehouseIn(fakeTerminal({ answers: ['yes'] }), 'policy', 'set', 'company', '--approval', 'oneApprover')).toBe(0)
    expect((await gatehouse('policy', 'show', 'company')).out).toContain('approval\toneApprover (company)')
  })

  test('one machine and one grant are one, two are two', async () => {
    const { gatehouse, gatehouseIn, addMachine } = await openCliWorld()
    const offered = async () => {
      const terminal = fakeTerminal({ answers: ['no'] })
      await gatehouseIn(terminal, 'policy', 'set', 'company', '--no-rules')
      return terminal.said.slice(0, 3)
    }
    await addMachine({ name: 'web-1', address: '10.0.0.1', turnOnJit: false })
    await gatehouse('policy', 'set', 'company', '--rule', '22', '--yes')
    await gatehouse('request', 'web-1', '--wait')
    expect(await offered()).toEqual([
      'This changes 1 machine: web-1.',
      'Just-in-time access comes on for 0 machines, and goes off for 1.',
      '1 grant or request ends.',
    ])
    await addMachine({ name: 'web-2', address: '10.0.0.2', turnOnJit: false })
    await gatehouse('request', 'web-2', '--wait')
    expect(await offered()).toEqual([
      expect.stringMatching(/^This changes 2 machines: web-\d, web-\d\.$/),
      'Just-in-time access comes on for 0 machines, and goes off for 2.',
      '2 grants and requests end.',
    ])
  })

  test('POL-6: nobody approves their own request, and the command line says so', async () => {
    const { gatehouse, addMachine } = await openCliWorld()
    await addMachine({ name: 'web-1' })
    await gatehouse('policy', 'set', 'company', '--approval', 'oneApprover', '--yes')
    expect(parsed((await gatehouse('request', 'web-1', '--json')).out)).toMatchObject([{ state: 'requested' }])
    expect(await gatehouse('approve', 'web-1')).toEqual({ code: 6, out: [], err: ['Nobody decides on a request of their own.'] })
  })
})

describe('the log', () => {
  test('newest first, as much as was asked for', async () => {
    const { gatehouse, addMachine } = await openCliWorld()
    await addMachine()
    expect(parsed((await gatehouse('audit', '--json', '--limit', '1')).out)).toMatchObject([{ action: 'machine.added' }])
    expect((await gatehouse('audit')).out.at(-1)).toContain('\tgateway.started\t')
  })

  test('AUD-4: as CSV that is safe in a spreadsheet, whole', async () => {
    const { gatehouse, addMachine } = await openCliWorld()
    await addMachine({ name: '=cmd()' })
    const csv = (await gatehouse('audit', '--csv')).out.join('')
    expect(csv).toMatch(/^\ufeff"seq","at","actor"/)
    expect(csv).toContain(`"'=cmd()"`)
    expect(csv).toContain('gateway.started')
  })

  test('--follow goes on with what happens, oldest first, until Ctrl-C', async () => {
    const { gatehouseIn, addMachine } = await openCliWorld()
    const terminal = fakeTerminal()
    const followed = gatehouseIn(terminal, 'audit', '--follow', '--json')
    await expect.poll(() => terminal.printed, { timeout: 5000 }).toHaveLength(1)
    await addMachine({ name: 'one' })
    await addMachine({ name: 'two', address: '10.0.0.2' })
    await expect.poll(() => terminal.printed, { timeout: 5000 }).toHaveLength(3)
    terminal.stop()
    expect(await followed).toBe(0)
    expect(parsed(terminal.printed)).toMatchObject([{ action: 'gateway.started' }, { machineName: 'one' }, { machineName: 'two' }])
  })
})

describe('what is not understood', () => {
  test.each([
    ['nonsense'],
    ['machines', 'drop'],
    ['machines', 'list', '--tab', 'x'],
    ['audit', '--limit', '-1'],
    ['audit', '--inspect'],
    ['audit', '--csv', '--json'],
    ['request', 'web-1', '--port', '0'],
    ['request', 'web-1', '--for', 'soon'],
    ['extend', 'web-1', 'soon'],
    ['request'],
    ['policy', 'set', 'company', '--rule', 'ssh'],
    ['api', 'FETCH', '/v1/machines'],
    ['api', 'GET', 'https://example.org/v1/machines'],
    ['completion', 'tcsh'],
  ])('F-8: %j ends with 2, with words, and no console is asked', async (...args) => {
    const { gatehouse, doorsOpened } = await openCliWorld()
    const { code, out, err } = await gatehouse(...args)
    expect({ code, out }).toEqual({ code: 2, out: [] })
    expect(err.join('')).not.toBe('')
    expect(doorsOpened()).toBe(0)
  })

  test('help is an answer, and asks no console', async () => {
    const { gatehouse, doorsOpened } = await openCliWorld()
    const { code, out } = await gatehouse('connect', '--help')
    expect(code).toBe(0)
    expect(out.join('\n')).toContain('--keep')
    expect(doorsOpened()).toBe(0)
  })
})

test('an invitation is typed unseen or read, never an argument; a wrong one is told', async () => {
  const { gatehouse, gatehouseIn } = await openCliWorld()
  const terminal = fakeTerminal({ answers: ['not a code'] })
  expect(await gatehouseIn(terminal, 'join')).toBe(2)
  expect(terminal.asked).toEqual([{ question: 'Invitation: ', isSecret: true }])
  expect((await gatehouse('join', 'CODE')).code).toBe(2)
  expect(parsed((await gatehouse('gateways', 'list', '--json')).out)).toMatchObject([{ id: 'desk', isDesk: true }])
  expect((await gatehouse('people', 'list')).code).toBe(6)
})

test('verify needs the file alone, and finds what was changed', async () => {
  const { gatehouse, doorsOpened } = await openCliWorld()
  const file = join(temporaryFolder(), 'log.jsonl')
  writeFileSync(file, 'no log')
  expect(await gatehouse('verify', file)).toMatchObject({
    code: 1,
    out: [expect.stringContaining('NOT VERIFIED') as unknown, expect.any(String) as unknown],
  })
  expect((await gatehouse('verify', `${file}-not-there`)).code).toBe(3)
  expect(doorsOpened()).toBe(0)
})

test('is a program of its own, and ends with the codes that docs/cli.md tells', async () => {
  const folder = temporaryFolder()
  const start = async (...args: string[]) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../../main/cli.ts'), ...args], {
      env: { GATEHOUSE_DATA: folder, HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { code: await ended, stdout, stderr }
  }
  expect(await start('machines', 'list')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await start('audit', '--json', '--limit', '1')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('gateway.started') as unknown,
  })
  expect(await start('machines', 'show', 'nobody')).toEqual({ code: 3, stdout: '', stderr: 'There is no machine "nobody".\n' })
  expect(await start('nonsense')).toMatchObject({ code: 2, stdout: '' })
  const documented = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8')
  for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 130]) expect(documented).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'))
}, 60_000)
