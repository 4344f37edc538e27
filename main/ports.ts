/**
 * What the app asks of the outside world. Everything here can be had on each system and each host; adapters are in platform/,
 * and test/fakes/ has stand-ins for tests of a single feature. No feature imports more of the world than this.
 */
import type { Readable } from 'node:stream'
import type { AppInfo, KeychainState } from '../preload/contract.ts'
import type { LocalStore } from './localStore.ts'
import type { Log } from './log.ts'
import type { Routes } from './network/routes.ts'

/** Wall time and a clock that never steps. Durations and deadlines are measured with `monotonicMs` (F-104). */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds from an arbitrary start; never goes back, and goes on while the computer sleeps (F-101). */
  monotonicMs(): number
}

/**
 * The OS keychain. Names are ours ("password/desk:…/alice"); the service is "Gatehouse".
 * Every member throws CallError with the failure `keychain` when the keychain cannot be used; nothing is kept elsewhere instead.
 */
export interface Secrets {
  /** undefined: not stored. A *known* name that the keychain denies is the failure `locked` or `changed`, never undefined. */
  read(name: string): Promise<string | undefined>
  /** Stores and reads back. */
  write(name: string, secret: string): Promise<void>
  forget(name: string): Promise<void>
  /** Asks the keychain now; answers within 5 s. */
  state(): Promise<KeychainState>
}

/** A program to start: absolute file, arguments as an array, what goes to stdin (secrets go only there), and a minimal environment. */
export interface Command {
  file: string
  args: readonly string[]
  stdin?: string
  /** What must not appear in the lines that the program writes, should it repeat them. */
  secrets?: readonly string[]
  env: Readonly<Record<string, string>>
  cwd?: string
}

export interface Running {
  readonly pid: number
  /** Ends when the program ends. `lines` are the last 40 lines it wrote, control characters removed. */
  readonly ended: Promise<{ exitCode: number | null; signal: string | null; lines: string[] }>
  /** Asks it to end, and ends it after two seconds. */
  end(): void
}

/** Starts programs of this computer. Never through a shell. */
export interface Programs {
  /** The absolute path of a program in the system's own places, or undefined. Never looks in the current folder (F-18). */
  find(name: string): string | undefined
  /** Throws CallError `clientMissing` when the file is not there. */
  start(command: Command): Promise<Running>
  /** The first line that `file args` prints, within two seconds; undefined if none. */
  firstLine(file: string, args: readonly string[]): Promise<string | undefined>
}

/** What a person sees of the desktop around the window. */
export interface Desktop {
  copyText(text: string): Promise<void>
  openWebPage(url: string): Promise<void>
  /** No action in a notification may change anything. */
  notify(title: string, body: string): void
  /** A path that the person chose or, where the host has no such dialog, one in the downloads folder that does not exist yet. */
  chooseSavePath(suggestedName: string): Promise<string | undefined>
}

/** The bytes of one session, as the app sees them; the hosts and the bridge carry frames (preload/contract.ts). */
export interface PipeEnd {
  readonly id: string
  /** Sends; resolves when less than the high-water mark is on its way. Rejects once the pipe has ended. */
  write(bytes: Uint8Array): Promise<void>
  /** What the window sends, as a stream that acknowledges what is read from it. */
  readonly incoming: Readable
  end(): void
  readonly ended: Promise<void>
}

/** How this computer reaches others. */
export interface ComputerNetwork {
  /** The system's proxies; throws NoRoute (main/network). */
  routes: Routes
  /** Certificates (PEM) that this computer trusts to vouch for others. */
  authorities: () => readonly string[]
}

export interface Ports {
  clock: Clock
  network: ComputerNetwork
  secrets: Secrets
  programs: Programs
  desktop: Desktop
  /** What is kept of logs and inventories, in a file below `folder` that a key of the keychain opens. */
  openStore: (folder: string, log: Pick<Log, 'info' | 'warn' | 'error'>) => LocalStore
  /** Facts about this computer that the host knows. */
  info: AppInfo
  /** Variables of the environment that children may inherit, already filtered (F-23). */
  environment: Readonly<Record<string, string>>
  /** The person's home folder. */
  home: string
}
