/**
 * SSH in the system's own terminal, with the system's own `ssh`: for people who want their own configuration, FIDO keys or Kerberos.
 * The host key is the pinned one and nothing else: `ssh` is not asked to believe, and does not get to ask.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CallError } from '../callError.ts'
import type { Programs, Running } from '../ports.ts'
import { isPort, parseHost, type Target } from './endpoint.ts'
import { foreignText } from './foreignText.ts'
import { parseUser } from './user.ts'
import { findTerminal, type Terminal } from './terminals.ts'

export interface SystemSsh {
  machine: { id: string; name: string }
  target: Target
  user: string
  /** The pinned host keys, as in known_hosts: the algorithm, and the key in base64. At least one. */
  hostKeys: readonly { algorithm: string; key: string }[]
  /** Private key files to offer, in order, before those of the person's own configuration. */
  keyFiles: readonly string[]
  programs: Pick<Programs, 'find' | 'start'>
  environment: Readonly<Record<string, string>>
  system: 'linux' | 'macos' | 'windows'
  /** Stops the launch and ends the terminal. */
  signal: AbortSignal
}

/** A terminal that has lived this long has `ssh` in it, or its words on the screen. */
export const terminalSettledMs = 1500

/**
 * Opens a terminal with `ssh` in it. Answers when it has run for `terminalSettledMs`; `ended` is the end of the terminal, but for one that
 * hands over to another process (macOS, Windows Terminal, gnome-terminal), where only `end()` ends it and the gate cuts the connection.
 * Throws CallError: invalidInput, clientMissing (ssh, or a terminal), clientFailed, cancelled.
 */
export async function launchSystemSsh(session: SystemSsh): Promise<Running> {
  const { programs, environment, system, signal, machine } = session
  signal.throwIfAborted()
  const { command, clear } = await prepareSystemSsh(session)
  try {
    const terminal = findTerminal(programs, system)
    if (!terminal) throw new CallError({ tag: 'clientMissing', client: 'xterm', ...installTerminal(programs) })
    const running = await programs.start({
      file: terminal.file,
      args: terminal.template.arguments(foreignText(`${machine.name} · Gatehouse`, 100), [command.file, ...command.args]),
      env: environment,
    })
    const settled = await settle(running, terminal, signal)
    // ssh reads the file again when it changes keys, so it stays as long as the terminal.
    void settled.ended.then(clear)
    return settled
  } catch (error) {
    await clear()
    throw error
  }
}

/** The command for whoever has a terminal already. `clear` takes its file of host keys away. Throws CallError: invalidInput, clientMissing. */
export async function prepareSystemSsh(
  session: SystemSsh,
): Promise<{ command: { file: string; args: string[] }; clear: () => Promise<void> }> {
  const { programs, environment } = session
  const file = programs.find('ssh')
  if (file === undefined) throw new CallError({ tag: 'clientMissing', client: 'OpenSSH', ...installSsh(programs) })
  const folder = path.join(environment['XDG_RUNTIME_DIR'] ?? tmpdir(), `gatehouse-${randomUUID()}`)
  const knownHosts = path.join(folder, 'known_hosts')
  const args = sshArguments({ ...session, knownHosts })
  await mkdir(folder, { mode: 0o700 })
  const clear = () => rm(folder, { recursive: true, force: true })
  try {
    await writeFile(knownHosts, knownHostsText(session), { mode: 0o600, flag: 'wx' })
    return { command: { file, args }, clear }
  } catch (error) {
    await clear()
    throw error
  }
}

export interface SshInput extends Pick<SystemSsh, 'machine' | 'target' | 'user' | 'hostKeys' | 'keyFiles' | 'system'> {
  /** Where the pinned host keys are. */
  knownHosts: string
}

/** The arguments of `ssh`. Throws CallError invalidInput. */
export function sshArguments({ machine, target, user, keyFiles, knownHosts, system }: SshInput): string[] {
  const address = parseHost(target.address)
  if (address === undefined) throw new CallError({ tag: 'invalidInput', field: 'address', problem: 'address' })
  if (!isPort(target.port)) throw new CallError({ tag: 'invalidInput', field: 'port', problem: 'port' })
  const options = [
    `UserKnownHostsFile=${optionPath(knownHosts)}`,
    `GlobalKnownHostsFile=${system === 'windows' ? 'NUL' : '/dev/null'}`,
    'StrictHostKeyChecking=yes',
    `HostKeyAlias=${hostKeyAlias(machine.id)}`,
    'CheckHostIP=no',
    'UpdateHostKeys=no',
    // A shared connection to this address and port may lead to another machine: relays use ports again.
    'ControlPath=none',
    // The endpoint is where the gate is; a proxy of the person's own would go elsewhere.
    'ProxyCommand=none',
    'ForwardAgent=no',
    'ForwardX11=no',
  ]
  return [
    ...options.flatMap((option) => ['-o', option]),
    ...keyFiles.flatMap((file) => ['-i', file]),
    '-p',
    String(target.port),
    '-l',
    parseUser(user),
    '--',
    address,
  ]
}

/** What stands for the machine in known_hosts, whatever address it has today. */
const hostKeyAlias = (machineId: string) => `gatehouse-${machineId.replaceAll(/[^A-Za-z0-9.-]/g, '-').toLowerCase()}`

/** ssh_config(5): a value with blanks is quoted, and "%" begins a token. */
function optionPath(file: string): string {
  if (/["\r\n\0]/.test(file)) throw new CallError({ tag: 'file', path: file, problem: 'other' })
  return `"${file.replaceAll('%', '%%')}"`
}

function knownHostsText({ machine, hostKeys }: Pick<SystemSsh, 'machine' | 'hostKeys'>): string {
  if (hostKeys.length === 0) throw new CallError({ tag: 'invalidInput', field: 'hostKey', problem: 'required' })
  const lines = hostKeys.map(({ algorithm, key }) => {
    const isKey = /^[a-z0-9@.-]{1,64}$/.test(algorithm) && /^[A-Za-z0-9+/]{16,4096}={0,2}$/.test(key)
    if (!isKey) throw new CallError({ tag: 'invalidInput', field: 'hostKey', problem: 'format' })
    return `${hostKeyAlias(machine.id)} ${algorithm} ${key}\n`
  })
  return lines.join('')
}

async function settle(running: Running, { template }: Terminal, signal: AbortSignal): Promise<Running> {
  const waiting = new AbortController()
  const patience = delay(terminalSettledMs, undefined, { signal: AbortSignal.any([signal, waiting.signal]) }).catch(() => undefined)
  const exit = await Promise.race([running.ended, patience])
  waiting.abort()
  if (signal.aborted) {
    running.end()
    throw signal.reason instanceof CallError ? signal.reason : new CallError({ tag: 'cancelled' })
  }
  if (!exit) return running
  // A terminal that is gone by now has shown nothing that anybody could read: `ssh` gave up at once, on the host key for example.
  if (!template.handsOver || exit.exitCode !== 0) {
    throw new CallError({ tag: 'clientFailed', client: template.name, exitCode: exit.exitCode, lines: exit.lines })
  }
  const { promise: ended, resolve } = Promise.withResolvers<Awaited<Running['ended']>>()
  return { pid: running.pid, ended, end: () => resolve({ exitCode: 0, signal: null, lines: [] }) }
}

function installSsh(programs: Pick<Programs, 'find'>): { command?: string } {
  return programs.find('apt-get') === undefined ? {} : { command: 'sudo apt-get install openssh-client' }
}
function installTerminal(programs: Pick<Programs, 'find'>): { command?: string } {
  return programs.find('apt-get') === undefined ? {} : { command: 'sudo apt-get install xterm' }
}
