/**
 * Starts programs of this computer: absolute files, arguments as an array, never a shell, a minimal environment, secrets only on stdin.
 * A program is not detached: it may end when the console ends. Nothing depends on it living longer, since the gate ends access, not the window.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { CallError } from '../callError.ts'
import type { Command, Programs, Running } from '../ports.ts'
import { lastLines, plainLine } from './programOutput.ts'

const keptLines = 40
const patienceMs = 2000

/** `environment` gives PATH and what `firstLine` passes on; `home` is where programs start. */
export function createPrograms(
  environment: Readonly<Record<string, string>>,
  home: string,
  platform: NodeJS.Platform = process.platform,
): Programs {
  return {
    find: (name) => find(name, environment, platform),
    start: (command) => start(command, home),
    firstLine: (file, args) => firstLine(file, args, environment, home),
  }
}

function find(name: string, environment: Readonly<Record<string, string>>, platform: NodeJS.Platform): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return undefined
  const windows = platform === 'win32'
  const system = windows ? path.win32 : path.posix
  for (const folder of folders(environment, platform)) {
    // SECURITY: a relative entry (or an empty one) means the current folder, where anybody's download may lie (F-18).
    if (!system.isAbsolute(folder)) continue
    const file = system.join(folder, windows && !name.includes('.') ? `${name}.exe` : name)
    if (isProgram(file, folder, windows)) return file
  }
  return undefined
}

function folders(environment: Readonly<Record<string, string>>, platform: NodeJS.Platform): string[] {
  if (platform !== 'win32') return environment['PATH']?.split(':') ?? []
  const variable = (name: string) => Object.entries(environment).find(([key]) => key.toUpperCase() === name)?.[1]
  const root = variable('SYSTEMROOT')
  // The system's own folder first, so that nothing earlier in the PATH can stand in for mstsc or ssh.
  const own = root === undefined ? [] : [`${root}\\System32`, `${root}\\System32\\OpenSSH`]
  return [...own, ...(variable('PATH')?.split(';') ?? [])]
}

function isProgram(file: string, folder: string, windows: boolean): boolean {
  try {
    if (!statSync(file).isFile()) return false
    if (windows) return true
    // SECURITY: where everybody may write, a program is nobody's own (F-18).
    if ((statSync(folder).mode & 0o002) !== 0) return false
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function start(command: Command, home: string): Promise<Running> {
  if (!path.isAbsolute(command.file)) throw new TypeError(`not an absolute path: ${command.file}`)
  const child = spawn(command.file, [...command.args], {
    shell: false,
    cwd: command.cwd ?? home,
    env: { ...command.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const output = lastLines(keptLines, command.secrets)
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder('utf8')
    stream.on('data', (bytes: Buffer) => output.write(decoder.write(bytes)))
    stream.on('error', () => undefined)
  }
  // A program may end without reading what it was sent.
  child.stdin.on('error', () => undefined)
  const ended = new Promise<Awaited<Running['ended']>>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      // 'close' waits for the pipes, which a grandchild may hold open for ever; what is there already is enough.
      const tell = () => resolve({ exitCode, signal, lines: output.end() })
      const timer = setTimeout(tell, 250)
      child.once('close', () => {
        clearTimeout(timer)
        tell()
      })
    })
  })
  const pid = await started(child, command.file)
  child.stdin.end(command.stdin ?? '')
  return { pid, ended, end: () => end(child) }
}

function started(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === 'ENOENT' || cause.code === 'EACCES' || cause.code === 'ENOTDIR'
      reject(missing ? new CallError({ tag: 'clientMissing', client: path.basename(file) }, { cause }) : cause)
    })
    child.once('spawn', () => {
      if (child.pid === undefined) reject(new Error(`no process id for ${file}`))
      else resolve(child.pid)
      // Later errors are failed signals to a process that is gone already.
      child.on('error', () => undefined)
    })
  })
}

function end(child: ChildProcess): void {
  if (child.killed || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  child.once('exit', () => clearTimeout(timer))
}

function firstLine(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  home: string,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(file, [...args], { shell: false, cwd: home, env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    const answer = (complete: boolean) => {
      const lines = text.split(/\r\n|\n|\r/)
      const line = (complete ? lines : lines.slice(0, -1)).map(plainLine).find((one) => one.trim() !== '')
      if (line === undefined && !complete) return
      clearTimeout(timer)
      if (child.exitCode === null) child.kill('SIGKILL')
      resolve(line)
    }
    const timer = setTimeout(() => answer(true), patienceMs)
    child.once('error', () => answer(true))
    child.once('close', () => answer(true))
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        if (text.length < 64 * 1024) text += part
        answer(false)
      })
    }
  })
}
