/** The tables of machines' agents and of the sign-ins that they ask for. Instants are milliseconds since the epoch; lists are JSON. */
import type { ChallengeState } from '../contract/challenges.ts'

/** A public key of one machine's agent (Ed25519, base64url), by its RFC 7638 thumbprint. At most one of a machine is in use. */
export interface MachineKeyRow {
  thumbprint: string
  machineId: string
  x: string
  enrolledAt: number
  revokedAt: number | null
}

export interface EnrolmentRow {
  /** SHA-256 of the secret: 128 random bits need no slower hash. */
  secretHash: string
  machineId: string
  createdBy: string
  createdAt: number
  expiresAt: number
  /** The thumbprint that it let in. */
  usedBy: string | null
}

/** What a machine's agent reported last. */
export interface AgentRow {
  machineId: string
  version: string
  hostKeys: string
  jitUsers: string
  userExists: 0 | 1 | null
  selfDisabled: 0 | 1
  /** AgentReport, whole. */
  report: string
  /** Written at most once a minute while nothing changes. */
  lastSeenAt: number
  isAway: 0 | 1
}

export interface ChallengeRow {
  id: string
  nonce: string
  number: string
  machineId: string
  service: 'ssh' | 'login'
  asked: string
  /** Where the connection comes from. */
  source: string | null
  terminal: string | null
  signedIn: string
  userName: string
  afterSignOut: 'delete' | 'keepStandard'
  state: ChallengeState
  triesLeft: number
  createdAt: number
  expiresAt: number
  /** Whoever approved, denied or reported it, or typed the number that burned it; null for what nobody decided. */
  decidedBy: string | null
  decidedAt: number | null
  /** The decision as it was signed. */
  signature: string | null
  /** Until when an approved one may begin. */
  startUntil: number | null
  adminUntil: number | null
  startedAt: number | null
  endedAt: number | null
  /** Since when its agent is told to end it. */
  endOrderedAt: number | null
  /** Ordinal of the last change. */
  change: number
}
