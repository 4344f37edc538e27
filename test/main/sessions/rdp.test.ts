import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CallError } from '../../../main/callError.ts'
import type { Command, Running } from '../../../main/ports.ts'
import { chooseClient, findClients, toClient, type RdpClient } from '../../../main/sessions/rdp/findClients.ts'
import { freerdp2, freerdp3 } from '../../../main/sessions/rdp/freerdp.ts'
import { parseFullAddress } from '../../../main/sessions/rdp/fullAddress.ts'
import { launchRdp } from '../../../main/sessions/rdp/launchRdp.ts'
import { mstsc, windowsApp } from '../../../main/sessions/rdp/microsoft.ts'
import { rdpCommand, type RdpSession } from '../../../main/sessions/rdp/rdpCommand.ts'
import { remmina } from '../../../main/sessions/rdp/remmina.ts'
import { templates } from '../../../main/sessions/rdp/templates.ts'

const digest = Buffer.from('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 'hex')
const hex = '00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff'
const session: RdpSession = {
  target: { address: '10.1.2.3', port: 43_210 },
  user: 'CORP\\alice',
  password: 'Passw0rd! x',
  certificate: `SHA256:${digest.toString('base64').replace('=', '')}`,
  title: 'desk-7',
  size: { width: 1280, height: 800 },
}
const folder = '/run/user/1000/gatehouse-0'

function failureOf(work: () => unknown): unknown {
  try {
    work()
    return 'none'
  } catch (error) {
    if (error instanceof CallError) return error.failure
    throw error
  }
}

/** What a start consists of, without its values. */
const shape = (start: ReturnType<typeof rdpCommand>) => ({
  arguments: start.args.map((arg) => /^(?:\/[a-z-]+:?|-[a-z-]+|rdp:\/\/|.)/.exec(arg)?.[0]),
  lines: start.stdin?.split('\n').map((line) => /^(?:\/[a-z-]+:?|-[a-z-]+|)/.exec(line)?.[0]),
  keys: start.file?.text.split(/[\r\n\u0085\u2028\u2029]/).map((line) => line.split('=')[0]),
  attributes: start.args.flatMap((arg) => (arg.startsWith('rdp://') ? arg.slice(6).split('&') : [])).map((one) => one.split('=')[0]),
})

/** A computer with these programs, and what each prints about itself. */
const computer = (files: Record<string, string>) => ({
  find: (name: string) => (name in files ? `/usr/bin/${name}` : undefined),
  firstLine: (file: string) => Promise.resolve(files[file.slice('/usr/bin/'.length)]),
})

describe('how each client is started', () => {
  const freerdpArguments = [
    '/v:10.1.2.3:43210',
    '/u:alice',
    '/d:CORP',
    `/cert:fingerprint:sha256:${hex}`,
    '/t:desk-7',
    '/size:1280x800',
    '/audio-mode:2',
    '-clipboard',
    '-drives',
    '-home-drive',
    '-auto-reconnect',
    '-dynamic-resolution',
    '/log-level:ERROR',
  ]

  test('FreeRDP 2: the password is the one line on stdin, the certificate is pinned, nothing is redirected', () => {
    expect(rdpCommand(freerdp2, session, folder)).toEqual({
      args: ['/from-stdin:force', ...freerdpArguments, '/frame-ack:0', '-sec-rdp'],
      stdin: 'Passw0rd! x\n',
    })
  })

  test('FreeRDP 3: every argument is a line on stdin, so none is seen', () => {
    expect(rdpCommand(freerdp3, session, folder)).toEqual({
      args: ['/args-from:stdin'],
      stdin: [...freerdpArguments, '/sec:rdp:off', '/p:Passw0rd! x', ''].join('\n'),
    })
  })

  test('F-28: mstsc gets arguments, never a file that Windows would warn of, and no password', () => {
    expect(rdpCommand(mstsc, session, folder)).toEqual({ args: ['/v:10.1.2.3:43210', '/w:1280', '/h:800'] })
  })

  test('Windows App: one URI with everything redirected off, and no password', () => {
    expect(rdpCommand(windowsApp, session, folder)).toEqual({
      args: [
        '-b',
        'com.microsoft.rdc.macos',
        'rdp://full%20address=s:10.1.2.3%3A43210&username=s:CORP%5Calice&desktopwidth=i:1280&desktopheight=i:800' +
          '&authentication%20level=i:1&audiomode=i:2&audiocapturemode=i:0&redirectclipboard=i:0&redirectprinters=i:0' +
          '&redirectsmartcards=i:0&drivestoredirect=s:&autoreconnection%20enabled=i:0',
      ],
    })
  })

  test('Remmina: a connection file without a password', () => {
    const { args, stdin, file } = rdpCommand(remmina, session, folder)
    expect({ args, stdin, name: file?.name }).toEqual({
      args: ['--connect', `${folder}/session.remmina`],
      stdin: undefined,
      name: 'session.remmina',
    })
    expect(file?.text.split('\n').slice(0, 9)).toEqual([
      '[remmina]',
      'protocol=RDP',
      'name=desk-7',
      'server=10.1.2.3:43210',
      'username=alice',
      'domain=CORP',
      'resolution_mode=0',
      'resolution_width=1280',
      'resolution_height=800',
    ])
    expect(file?.text).toContain('\ndisableclipboard=1\n')
    expect(file?.text).not.toMatch(/password|Passw0rd/)
  })

  test('an IPv6 address is in brackets, a user with a mail-like name has no domain', () => {
    const { args } = rdpCommand(freerdp2, { ...session, target: { address: 'fd00::7', port: 3389 }, user: 'alice@corp.example' }, folder)
    expect(args).toEqual(expect.arrayContaining(['/v:[fd00::7]:3389', '/u:alice@corp.example', '/d:']))
  })
})

describe('what comes from elsewhere', () => {
  test('F-11, F-12, F-17: an address that is none starts nothing', () => {
    for (const address of [
      '-oProxyCommand=x',
      'a b',
      '$(id)',
      '`id`',
      'a;b',
      'a\nb',
      'a\0b',
      '',
      'x'.repeat(254),
      `${'x'.repeat(64)}.de`,
    ]) {
      for (const template of templates) {
        expect(failureOf(() => rdpCommand(template, { ...session, target: { address, port: 3389 } }, folder))).toEqual({
          tag: 'invalidInput',
          field: 'address',
          problem: 'address',
        })
      }
    }
  })

  test('F-15: a port that is none starts nothing', () => {
    for (const port of [0, -1, 65_536, 1.5, Number.NaN]) {
      const start = () => rdpCommand(freerdp2, { ...session, target: { address: 'a', port } }, folder)
      expect(failureOf(start)).toMatchObject({ tag: 'invalidInput', field: 'port' })
    }
  })

  test('F-13: a user name that is a trick starts nothing', () => {
    for (const user of ['', '-x', 'root -oX', 'alice\\', 'a\r\n/p:x', 'a\0', 'a`b`']) {
      expect(failureOf(() => rdpCommand(freerdp3, { ...session, user }, folder))).toMatchObject({ tag: 'invalidInput', field: 'user' })
    }
  })

  test('a password that would be more than one line is refused, and its absence is told', () => {
    for (const password of ['a\nb', 'a\rb', 'a\0b', '\n', 'half \ud83d']) {
      expect(failureOf(() => rdpCommand(freerdp2, { ...session, password }, folder))).toEqual({
        tag: 'invalidInput',
        field: 'password',
        problem: 'control',
      })
    }
    const { password: _, ...withoutPassword } = session
    expect(failureOf(() => rdpCommand(freerdp3, withoutPassword, folder))).toMatchObject({ field: 'password', problem: 'required' })
    expect(failureOf(() => rdpCommand(mstsc, withoutPassword, folder))).toBe('none')
  })

  test('a fingerprint that is none starts nothing: there is no launch without a pin', () => {
    for (const certificate of ['', 'SHA256:', 'SHA256:short', 'MD5:00', `${session.certificate}=`, `${session.certificate}\n`]) {
      expect(failureOf(() => rdpCommand(freerdp2, { ...session, certificate }, folder))).toMatchObject({ field: 'certificate' })
    }
  })

  test('F-27: no field can add an argument, a line, a key or an attribute', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        'a\r\ndrivestoredirect:s:*',
        'x\nexec=/bin/sh',
        '&drivestoredirect=s:*',
        '/drive:home,/',
        ' -x',
        '\u2028exec=1',
        '"',
        "'",
      ),
      fc.tuple(fc.string(), fc.constantFrom('\r', '\n', '\0', '&', '=', '%0a', '\u0085'), fc.string()).map((parts) => parts.join('')),
    )
    for (const template of templates) {
      const expected = shape(rdpCommand(template, { ...session, password: 'p' }, folder))
      fc.assert(
        fc.property(nasty, nasty, nasty, nasty, (address, user, password, title) => {
          for (const change of [{ target: { address, port: 3389 } }, { user }, { password }, { title }]) {
            let start: ReturnType<typeof rdpCommand>
            try {
              start = rdpCommand(template, { ...session, password: 'p', ...change }, folder)
            } catch (error) {
              expect(error).toBeInstanceOf(CallError)
              continue
            }
            // A password's own line may begin with anything: only that there is one is looked at.
            const found = shape(start)
            if ('password' in change && template === freerdp2) expect(found.lines).toHaveLength(2)
            else expect(found).toEqual(expected)
          }
        }),
        { numRuns: 100 },
      )
    }
  })

  test('F-26: a full address with anything more than host and port is none', () => {
    expect(parseFullAddress('host.example')).toEqual({ address: 'host.example', port: 3389 })
    expect(parseFullAddress('host.example:3390')).toEqual({ address: 'host.example', port: 3390 })
    expect(parseFullAddress('10.0.0.1:1')).toEqual({ address: '10.0.0.1', port: 1 })
    expect(parseFullAddress('[fd00::7]:3390')).toEqual({ address: 'fd00::7', port: 3390 })
    expect(parseFullAddress('[fd00::7]')).toEqual({ address: 'fd00::7', port: 3389 })
    expect(parseFullAddress('fd00::7')).toEqual({ address: 'fd00::7', port: 3389 })
    const refused = ['host:3389:evil', 'host:', ':3389', 'host:0', 'host:65536', 'host: 3389', 'host:3389 ', 'host:1e3', 'host:03389']
    const more = ['host:３３８９', '[host]:1', '[fd00::7', 'fd00::7]:1', '', 'a b', 'host\n', '-x:1', 'host:3389\r\nalternate shell:s:x']
    for (const text of [...refused, ...more]) expect(parseFullAddress(text), text).toBeUndefined()
  })
})

describe('the clients of a computer', () => {
  test('are told apart by what they say, not by their name', async () => {
    const both = await findClients(
      computer({ xfreerdp: 'This is FreeRDP version 2.11.7 (2.11.7)', xfreerdp3: 'This is FreeRDP version 3.26.0 (n/a)', remmina: '' }),
      'linux',
    )
    expect(both.map(toClient)).toEqual([
      { id: 'freerdp3', name: 'FreeRDP', way: 'rdp', version: '3.26.0' },
      { id: 'freerdp2', name: 'FreeRDP', way: 'rdp', version: '2.11.7' },
      { id: 'remmina', name: 'Remmina', way: 'rdp', notes: ['asksForPassword', 'asksForCertificate'] },
    ])
    const renamed = await findClients(computer({ xfreerdp: 'This is FreeRDP version 3.30.1 (abc)' }), 'linux')
    expect(renamed.map(({ template }) => template.id)).toEqual(['freerdp3'])
  })

  test('one that is older than its first safe version is noted', async () => {
    for (const [line, notes] of [
      ['This is FreeRDP version 2.10.0 (2.10.0)', ['outdated']],
      ['This is FreeRDP version 3.3.0', ['outdated']],
      ['This is FreeRDP version 3.100.0', undefined],
    ] as const) {
      const [client] = await findClients(computer({ xfreerdp: line }), 'linux')
      expect(client && toClient(client).notes).toEqual(notes)
    }
  })

  test('one that does not say what it is is not used', async () => {
    expect(await findClients(computer({ xfreerdp: 'failed to open display' }), 'linux')).toEqual([])
    expect(await findClients(computer({ mstsc: '' }), 'linux')).toEqual([])
    expect((await findClients(computer({ mstsc: '' }), 'windows')).map(({ template }) => template.id)).toEqual(['mstsc'])
  })

  test('F-18: none at all is told with the command that installs one', async () => {
    const debian = computer({ 'apt-get': '' })
    expect(failureOf(() => chooseClient([], undefined, debian))).toEqual({
      tag: 'clientMissing',
      client: 'FreeRDP',
      command: "sudo apt-get install '^freerdp[23]-x11$'",
    })
    expect(failureOf(() => chooseClient([], undefined, computer({})))).toEqual({ tag: 'clientMissing', client: 'FreeRDP' })
    const clients = await findClients(computer({ xfreerdp: 'FreeRDP version 2.11.7', remmina: '' }), 'linux')
    expect(chooseClient(clients, 'remmina', debian).template.id).toBe('remmina')
    expect(chooseClient(clients, 'gone', debian).template.id).toBe('freerdp2')
  })
})

describe('the first seconds of a client', () => {
  const client: RdpClient = { template: freerdp2, file: '/usr/bin/xfreerdp', version: '2.11.7', notes: [] }
  const launch = (exit: { exitCode: number | null; signal: string | null; lines: string[] }, changes: Partial<RdpClient> = {}) => {
    const commands: Command[] = []
    const programs = {
      start: (command: Command): Promise<Running> => {
        commands.push(command)
        return Promise.resolve({ pid: 1, ended: Promise.resolve(exit), end: () => undefined })
      },
    }
    const signal = new AbortController().signal
    return { commands, launched: launchRdp({ ...session, client: { ...client, ...changes }, programs, environment: {}, signal }) }
  }

  test('a refused sign-in is told as such', async () => {
    for (const exitCode of [132, 134, 154]) {
      const failure = { tag: 'signInRefused', user: 'CORP\\alice', tried: ['password'] }
      await expect(launch({ exitCode, signal: null, lines: ['x'] }).launched).rejects.toMatchObject({ failure })
    }
  })

  test('F-19: a client that gives up is told with its last lines', async () => {
    const failure = { tag: 'clientFailed', client: 'FreeRDP 2.11.7', exitCode: 255, lines: ['no display'] }
    await expect(launch({ exitCode: 255, signal: null, lines: ['no display'] }).launched).rejects.toMatchObject({ failure })
    const killed = { tag: 'clientFailed', client: 'FreeRDP 2.11.7', exitCode: null, lines: [] }
    await expect(launch({ exitCode: null, signal: 'SIGSEGV', lines: [] }).launched).rejects.toMatchObject({ failure: killed })
  })

  test('VLT-1: the command carries the password on stdin only, and asks for it to be kept out of what is shown', async () => {
    const { commands, launched } = launch({ exitCode: 0, signal: null, lines: [] })
    await launched
    const [command] = commands
    expect(command?.stdin).toBe('Passw0rd! x\n')
    expect(command?.secrets).toEqual(['Passw0rd! x'])
    expect(JSON.stringify({ ...command, stdin: '', secrets: [] })).not.toContain('Passw0rd')
  })

  test('a client that hands over to another process has not ended', async () => {
    const running = await launch({ exitCode: 0, signal: null, lines: [] }, { template: windowsApp }).launched
    const first = await Promise.race([running.ended.then(() => 'ended'), new Promise((resolve) => setTimeout(resolve, 50, 'open'))])
    expect(first).toBe('open')
    running.end()
    expect((await running.ended).exitCode).toBe(0)
  })
})
