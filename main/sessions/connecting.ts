/** What every way in is handed: the outside world and the parts of this folder. */
import type { Grant, Settings } from '../../preload/contract.ts'
import type { ChallengesForSessions } from '../challenges/needs.ts'
import type { Log } from '../log.ts'
import type { Pipes } from '../pipes.ts'
import type { Ports } from '../ports.ts'
import type { ConsoleEvent } from '../providers/provider.ts'
import type { AttemptRun } from './attempt.ts'
import type { GrantsForSessions, MachineForSessions, MachinesForSessions, RecordingsForSessions } from './needs.ts'
import type { Target } from './endpoint.ts'
import type { GrantHolds } from './grantHolds.ts'
import type { SessionList } from './sessionList.ts'
import type { Connections } from './ssh/connections.ts'

export interface SessionsDeps {
  ports: Pick<Ports, 'clock' | 'secrets' | 'programs' | 'environment' | 'home' | 'info'>
  pipes: Pick<Pipes, 'open'>
  settings(): Settings
  grants: GrantsForSessions
  machines: MachinesForSessions
  challenges: ChallengesForSessions
  recordings: RecordingsForSessions
  /** To the audit log of the machine's provider (AUD-4). Never throws; what cannot be sent is that side's affair. */
  record(event: ConsoleEvent): void
  /** Rings the bell "sessions". */
  changed(): void
  log: Log
}

export interface Surroundings extends SessionsDeps {
  list: SessionList
  holds: GrantHolds
  connections: Connections
}

/** One connect whose port is open. */
export interface OpenConnect {
  attempt: AttemptRun
  machine: MachineForSessions
  grant: Grant
  port: number
  target: Target
}

/** A way in. Answers the session's id; throws CallError. */
export type WayIn = (around: Surroundings, connect: OpenConnect) => Promise<string>
