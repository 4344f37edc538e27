import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CallError } from '../../../main/callError.ts'
import { launchSystemSsh, sshArguments, type SshInput } from '../../../main/sessions/systemTerminal.ts'
import { findTerminal, terminals } from '../../../main/sessions/terminals.ts'

const input: SshInput = {
  machine: { id: 'desk:m_1', name: 'web-1' },
  target: { address: '127.0.0.1', port: 40_022 },
  user: 'alice',
  hostKeys: [{ algorithm: 'ssh-ed25519', key: 'A'.repeat(68) }],
  keyFiles: ['/home/alice/.ssh/id_ed25519'],
  knownHosts: '/run/user/1000/gatehouse-0/known_hosts',
  system: 'linux',
}

function failureOf(work: () => unknown): unknown {
  try {
    work()
    return 'none'
  } catch (error) {
    if (error instanceof CallError) return error.failure
    throw error
  }
}

/** A computer with these programs. */
const there = (...names: string[]) => ({ find: (name: string) => (names.includes(name) ? `/usr/bin/${name}` : undefined) })

const launch = (...names: string[]) =>
  launchSystemSsh({
    ...input,
    programs: { ...there(...names), start: () => Promise.reject(new Error('nothing may be started')) },
    environment: {},
    signal: new AbortController().signal,
  })

const options = (args: readonly string[]) => args.flatMap((arg, i) => (args[i - 1] === '-o' ? [arg] : []))

describe('the arguments of ssh', () => {
  test('pin the host key, name the machine, and end the options before the address', () => {
    const args = sshArguments(input)
    expect(options(args)).toEqual([
      'UserKnownHostsFile="/run/user/1000/gatehouse-0/known_hosts"',
      'GlobalKnownHostsFile=/dev/null',
      'StrictHostKeyChecking=yes',
      'HostKeyAlias=gatehouse-desk-m-1',
      'CheckHostIP=no',
      'UpdateHostKeys=no',
      'ControlPath=none',
      'ProxyCommand=none',
      'ForwardAgent=no',
      'ForwardX11=no',
    ])
    expect(args.slice(20)).toEqual(['-i', '/home/alice/.ssh/id_ed25519', '-p', '40022', '-l', 'alice', '--', '127.0.0.1'])
  })

  test('use Windows’ own nowhere on Windows, and quote a path with blanks and percent signs', () => {
    const args = sshArguments({ ...input, system: 'windows', knownHosts: 'C:\\Users\\A 100%\\known_hosts' })
    expect(options(args)).toEqual(
      expect.arrayContaining(['GlobalKnownHostsFile=NUL', 'UserKnownHostsFile="C:\\Users\\A 100%%\\known_hosts"']),
    )
  })

  test('F-11, F-12, F-13, F-15: what is no address, user or port starts nothing', () => {
    for (const address of ['-oProxyCommand=touch /tmp/x', '$(id)', 'a;b', 'a\nb', 'a\0b', '']) {
      expect(failureOf(() => sshArguments({ ...input, target: { address, port: 22 } }))).toMatchObject({ field: 'address' })
    }
    for (const user of ['-oX', 'root -oX', 'alice\\', 'a;b', '$(id)', 'a\nb', '']) {
      expect(failureOf(() => sshArguments({ ...input, user }))).toMatchObject({ field: 'user' })
    }
    for (const port of [0, -1, 65_536, 22.5]) {
      expect(failureOf(() => sshArguments({ ...input, target: { address: 'a', port } }))).toMatchObject({ field: 'port' })
    }
  })

  test('F-14: a zone id is letters and digits, or the address is refused', () => {
    expect(sshArguments({ ...input, target: { address: 'fe80::1%eth0', port: 22 } }).at(-1)).toBe('fe80::1%eth0')
    const evil = { address: 'fe80::1%eth0;reboot', port: 22 }
    expect(failureOf(() => sshArguments({ ...input, target: evil }))).toMatchObject({ tag: 'invalidInput' })
  })

  test('no address, user or machine can become an option', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `-o${text}`),
    )
    const expected = options(sshArguments(input)).map((option) => option.split('=')[0])
    fc.assert(
      fc.property(anything, anything, anything, (address, user, id) => {
        for (const change of [{ target: { address, port: 22 } }, { user }, { machine: { id, name: '' } }]) {
          let args: string[]
          try {
            args = sshArguments({ ...input, ...change })
          } catch (error) {
            expect(error).toBeInstanceOf(CallError)
            continue
          }
          expect(options(args).map((option) => option.split('=')[0])).toEqual(expected)
          expect(args.indexOf('--')).toBe(args.length - 2)
          expect(options(args).every((option) => !/[\r\n\0]/.test(option))).toBe(true)
        }
      }),
    )
  })
})

describe('the terminals', () => {
  const command = ['/usr/bin/ssh', '-o', "A=it's; $(x)", '--', 'host']
  const argumentsOf = (program: string) => terminals.find((one) => one.program === program)?.arguments('web-1', command)

  test('get the program as arguments', () => {
    expect(argumentsOf('gnome-terminal')).toEqual(['--wait', '--title=web-1', '--', ...command])
    expect(argumentsOf('konsole')).toEqual(['--separate', '--nofork', '-p', 'tabtitle=web-1', '-e', ...command])
    expect(argumentsOf('x-terminal-emulator')).toEqual(['-T', 'web-1', '-e', ...command])
    expect(argumentsOf('xterm')).toEqual(['-T', 'web-1', '-e', ...command])
    expect(argumentsOf('conhost')).toEqual(command)
  })

  test('that read a line get each argument quoted', () => {
    expect(argumentsOf('osascript')?.at(-1)).toBe(String.raw`exec '/usr/bin/ssh' '-o' 'A=it'\''s; $(x)' '--' 'host'`)
    expect(argumentsOf('wt')).toEqual(['new-tab', '--title', 'web-1', '/usr/bin/ssh', '-o', String.raw`A=it's\; $(x)`, '--', 'host'])
  })

  test('are chosen by what is there', () => {
    expect(findTerminal(there('xterm', 'konsole'), 'linux')?.template.name).toBe('Konsole')
    expect(findTerminal(there('xterm'), 'linux')?.file).toBe('/usr/bin/xterm')
    expect(findTerminal(there('xterm'), 'windows')).toBeUndefined()
  })

  test('F-18: a missing ssh, and a missing terminal, are told with what installs them', async () => {
    await expect(launch('apt-get')).rejects.toMatchObject({
      failure: { tag: 'clientMissing', client: 'OpenSSH', command: 'sudo apt-get install openssh-client' },
    })
    await expect(launch('ssh')).rejects.toMatchObject({ failure: { tag: 'clientMissing', client: 'xterm' } })
  })
})
