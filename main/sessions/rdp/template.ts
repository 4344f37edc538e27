/** What a desktop client is to the launcher: data and one pure function. The table is in templates.ts. */
import type { Target } from '../endpoint.ts'

export type System = 'linux' | 'macos' | 'windows'

/** What every client is told; checked before a template sees it (rdpCommand.ts). */
export interface RdpFields {
  target: Target
  user: string
  /** Empty where the user name has none, or has it after an @. */
  domain: string
  /** Empty where the client asks for it itself. */
  password: string
  /** SHA-256 of the pinned certificate: "aa:bb:…", 32 bytes. */
  certificate: string
  title: string
  width: number
  height: number
}

/** How a client is started with a session. A password is on stdin or nowhere. */
export interface RdpStart {
  args: string[]
  stdin?: string
  /** A file that the client reads, in a private folder that goes again once it was read. */
  file?: { name: string; text: string }
}

export interface RdpTemplate {
  id: string
  /** As it is called in the console; the version follows it. */
  name: string
  systems: readonly System[]
  /** Names to look for, in order of preference. */
  programs: readonly string[]
  /** How to learn the version, where the same name may be several programs or old ones are not safe. */
  version?: { args: readonly string[]; pattern: RegExp; major?: number; safeFrom: string }
  /**
   * How the credential gets to it. `stdin`: by us. `person`: the client asks. `windowsCredential`: the client takes it from Windows'
   * credential store (CredWriteW, CRED_TYPE_GENERIC, target TERMSRV/<host> without port, CRED_PERSIST_SESSION, deleted after the
   * connect); until that is built, and tried on Windows, the client asks.
   */
  credentialHandover: 'stdin' | 'person' | 'windowsCredential'
  /** Whether the client itself refuses another certificate than the pinned one. Where not, it was compared just before, and the client asks. */
  pinsCertificate: boolean
  /** Exit codes that mean that the machine refused the user name or password. */
  signInRefused?: readonly number[]
  /** The program hands the session to another process and ends: its end is not the session's. */
  handsOver: boolean
  /** `folder` is where `file` will be. */
  start(fields: RdpFields, folder: string): RdpStart
}
