/**
 * What a real part owns (a folder, daemons, a Unix user) and how it is taken away again. A second process, the undertaker, is told of every
 * belonging as it comes to be and clears up when its stdin closes: so stop(), a crash and a SIGKILL of the tests all end the same way.
 */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Keeper {
  /** The part's own folder; others may pass through it, not list it. */
  folder: string
  /** Starts a daemon in the foreground, without waiting for it. Its output goes to `<command>.log` in the folder unless stdio is given. */
  start(command: string, args: string[], options?: { env?: NodeJS.ProcessEnv; stdio?: StdioOptions }): ChildProcess
  /** Ends one daemon that start() gave, and waits for it. */
  end(child: ChildProcess): Promise<void>
  /** Makes a Unix user with a home and a random password; both go with the part. Needs root. */
  addUser(): Promise<{ user: string; password: string; home: string }>
  /** Makes network namespaces of these names; they go with the part. Needs root. */
  addNamespaces(...names: string[]): Promise<void>
  /** Ends every daemon, removes the user and the folder. May be called twice. */
  stop: () => Promise<void>
}

/** A keeper of belongings for one part; `name` shows in the folder's name and in errors. */
export function createKeeper(name: string): Keeper {
  const folder = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`))
  chmodSync(folder, 0o711)
  const undertaker = spawn(process.execPath, [join(import.meta.dirname, 'undertaker.ts')], {
    // A session of its own: Ctrl-C in a terminal must not end the one that clears up.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] },
  })
  undertaker.unref()
  undertaker.stdin.on('error', () => {})
  const tell = (what: 'folder' | 'child' | 'gone' | 'user' | 'namespace', value: string | number) => {
    undertaker.stdin.write(`${what} ${value}\n`)
  }
  tell('folder', folder)
  const buried = new Promise<void>((resolve) => undertaker.once('exit', () => resolve()))

  const keeper: Keeper = {
    folder,
    start(command, args, { env, stdio } = {}) {
      const log = openSync(join(folder, `${basename(command)}.log`), 'a')
      const child = spawn(command, args, { env: env ?? process.env, stdio: stdio ?? ['ignore', log, log] })
      closeSync(log)
      child.on('error', () => {})
      if (child.pid !== undefined) {
        const pid = child.pid
        tell('child', pid)
        child.once('exit', () => tell('gone', pid))
      }
      child.unref()
      return child
    },
    async end(child) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.ref()
      child.kill('SIGTERM')
      const hard = setTimeout(() => child.kill('SIGKILL'), 2000)
      await exited
      clearTimeout(hard)
    },
    async addUser() {
      if (process.getuid?.() !== 0) throw new Error(`The part "${name}" makes a Unix user of its own and so needs root.`)
      const user = `gh-${randomBytes(4).toString('hex')}`
      const password = randomBytes(12).toString('base64url')
      tell('user', user)
      // useradd gives up at once while another one holds the lock on /etc/passwd.
      await eventually(`useradd ${user}`, 15_000, () =>
        run('useradd', ['--create-home', '--shell', '/bin/bash', user]).then(
          () => true,
          () => false,
        ),
      )
      await eventually(`chpasswd for ${user}`, 15_000, () =>
        run('chpasswd', [], `${user}:${password}\n`).then(
          () => true,
          () => false,
        ),
      )
      return { user, password, home: `/home/${user}` }
    },
    async addNamespaces(...names) {
      for (const namespace of names) {
        tell('namespace', namespace)
        await run('ip', ['netns', 'add', namespace])
      }
    },
    async stop() {
      undertaker.ref()
      undertaker.stdin.end()
      await buried
    },
  }
  return keeper
}

/** Runs a command to its end and gives what it wrote to stdout; throws with the end of stderr if it failed. */
export async function run(command: string, args: string[], input = '', env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${err.slice(-1000)}`)
  return out
}

/** Asks again every 25 ms until the answer is true; throws, naming what was waited for, after `timeoutMs`. */
export async function eventually(what: string, timeoutMs: number, ask: () => boolean | Promise<boolean>): Promise<void> {
  const endAt = performance.now() + timeoutMs
  while (!(await ask())) {
    if (performance.now() > endAt) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`)
    await delay(25)
  }
}

/** Below those that systems give to outgoing connections (32768 on Linux): one of these would be in use again in a moment. */
const chosenPorts = { first: 20_000, count: 12_000 }

/** A TCP port of 127.0.0.1 that was free a moment ago: another process may take it, so callers try again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = chosenPorts.first + Math.floor(Math.random() * chosenPorts.count)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

/** Whether a TCP connection to the port is taken. */
export function listens(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** The last lines of a log, for the error of a daemon that did not start. */
export function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-2000)
  } catch {
    return '(no log)'
  }
}
