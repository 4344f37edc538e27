/** What sessions ask of grants and machines. app.ts hands them in, so that no feature imports another. */
import type { Grant, MachineChoices, OperatingSystem, PortRule, UnsupportedReason, Way } from '../../preload/contract.ts'

/** Why the console gives a grant back. */
export type ReleaseReason = 'released' | 'lastSessionEnded' | 'cancelled'

/** Ids here are the console's own (qualified by provider), as in the contract. */
export interface GrantsForSessions {
  /**
   * Asks for one machine's ports. The same key is the same request, over a crash too. `durationMs` absent: what this person chose
   * last for the machine, else the most that its rules allow. Answers as soon as the provider did: the grant may be still
   * `requested` or `opening` (then wait with `onChanged`). Throws CallError: jitOff, unsupported, notAllowed, conflict, offline …
   */
  request(input: { idempotencyKey: string; machineId: string; ports: number[]; durationMs?: number; reason: string }): Promise<Grant>
  /** This console's open grant that admits this port, without asking the provider; the one that lasts longest. */
  openGrantFor(machineId: string, port: number): Grant | undefined
  /**
   * This console's grant for this port that is about to open and cannot be given back: a connect waits for it, since asking again would take its place.
   */
  openingGrantFor(machineId: string, port: number): Grant | undefined
  /** The grant as the provider has it now. Throws CallError notFound. */
  get(grantId: string): Promise<Grant>
  release(grantId: string, why: ReleaseReason): Promise<Grant>
  /** A grant that is not over was seen in a new state. Returns the function that stops listening. */
  onChanged(listener: (grant: Grant) => void): () => void
  /**
   * A grant is over: told once per grant, also when the console only finds out later. `reason` is a CloseReason, or the state ("denied").
   * `leftOn`: the machine, where its system leaves what is connected.
   */
  onEnded(listener: (grantId: string, reason: string, leftOn?: string) => void): () => void
}

/** A machine, as a connect needs it. */
export interface MachineForSessions {
  machineId: string
  name: string
  address: string
  os: OperatingSystem
  sshPort: number
  rdpPort: number
  /** Suggested user name: what was chosen last for this machine, else what the inventory says. */
  user?: string
  /** Empty: JIT is off. */
  rules: PortRule[]
  ways: Way[]
  unsupportedReason?: UnsupportedReason
  /** POL-5: who may ask for access, by role or by name; absent: everybody. */
  allowed?: { roles?: string[] | undefined; people?: string[] | undefined }
}

/** A host key that was accepted once. `key` is the SSH wire form (RFC 4253 6.6), base64, as in known_hosts. */
export interface PinnedHostKey {
  algorithm: string
  /** "SHA256:…" as OpenSSH writes it. */
  fingerprint: string
  key: string
  pinnedAt: string
}

/** A server certificate that was accepted once, by "SHA256:…" over its DER form, base64 without padding. */
export interface PinnedCertificate {
  fingerprint: string
  pinnedAt: string
}

export interface MachinesForSessions {
  /** Throws CallError notFound. */
  get(machineId: string): Promise<MachineForSessions>
  /** It is being connected to: one of those used last. */
  used(machineId: string): Promise<void>
  hostKeys(machineId: string): PinnedHostKey[]
  certificates(machineId: string): PinnedCertificate[]
  /** Kept on disk before this resolves. */
  pinHostKey(machineId: string, key: Omit<PinnedHostKey, 'pinnedAt'>): Promise<void>
  pinCertificate(machineId: string, fingerprint: string): Promise<void>
  /** What this person chose last for the machine. */
  choices(machineId: string): MachineChoices
  /** Remembers these, and keeps what is not named. */
  choose(machineId: string, choices: MachineChoices): Promise<void>
}

/** Who may record a terminal. */
export interface RecordingsForSessions {
  /** Told just before the terminal's first output. `redraw` has its programs draw themselves again. */
  watch(terminal: {
    sessionId: string
    machineId: string
    machineName: string
    user: string
    grantId: string
    port: number
    cols: number
    rows: number
    redraw(): void
  }): TerminalWatch
}

/** No member throws, waits, or keeps a terminal from anything. */
export interface TerminalWatch {
  output(bytes: Buffer): void
  resized(cols: number, rows: number): void
  ended(): void
}

/**
 * Names in the keychain. `ports.secrets` as sessions get it lists what is written under these names in account.credentials.
 * A key file's passphrase is for the file, whatever machine it is used on.
 */
export function passwordName(machineId: string, user: string): string {
  return `password/${machineId}/${user}`
}
export function passphraseName(keyFile: string): string {
  return `passphrase/${keyFile}`
}
