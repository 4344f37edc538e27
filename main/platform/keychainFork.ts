/** How the keychain's process is started: by Node, or by Electron, whose packaged binary cannot run as Node. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Question } from './keychainMessages.ts'

/** A running worker (keychainWorker.ts). `kill` ends it at once, even while it hangs in a call. */
export interface KeychainProcess {
  send(question: Question): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once, with an exit code or a signal in words. */
  onExit(listener: (how: string) => void): void
  kill(): void
}

export type ForkKeychain = () => KeychainProcess

/** The worker's file: beside this module, as source or as built (dist/main/keychainWorker.mjs, an entry of the build). */
export function keychainWorkerFile(beside: string = import.meta.url): string {
  return fileURLToPath(new URL(beside.endsWith('.ts') ? 'keychainWorker.ts' : 'keychainWorker.mjs', beside))
}

/** Starts the worker with Node. `environment` must lead to the session bus (DBUS_SESSION_BUS_ADDRESS or XDG_RUNTIME_DIR, HOME, DISPLAY). */
export function forkWithNode(environment: Readonly<Record<string, string>>, file: string = keychainWorkerFile()): ForkKeychain {
  return () => {
    const child = fork(file, [], { env: { ...environment }, execArgv: [], stdio: 'ignore' })
    // The worker must not keep the console alive.
    child.unref()
    child.channel?.unref()
    return {
      send: (message) => void child.send(message, () => undefined),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => {
        child.once('exit', (code, signal) => listener(signal ?? `exit code ${code}`))
        child.once('error', (error) => listener(error.message))
      },
      kill: () => void child.kill('SIGKILL'),
    }
  }
}

/** What is used of Electron's UtilityProcess. */
export interface UtilityChild {
  readonly pid: number | undefined
  postMessage(message: object): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'exit', listener: (code: number) => void): unknown
  kill(): boolean
}

/** Starts the worker with Electron: `forkWithElectron((file) => utilityProcess.fork(file, [], { serviceName: 'keychain', env }))`. */
export function forkWithElectron(forkUtility: (file: string) => UtilityChild, file: string = keychainWorkerFile()): ForkKeychain {
  return () => {
    const child = forkUtility(file)
    return {
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a process's port, not a window
      send: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void child.once('exit', (code) => listener(`exit code ${code}`)),
      kill: () => {
        // Electron's own kill() is a SIGTERM, which a worker that hangs in libsecret does not take.
        if (child.pid === undefined) child.kill()
        else process.kill(child.pid, 'SIGKILL')
      },
    }
  }
}
