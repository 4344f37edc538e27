/** Machines that speak for themselves, and the sign-ins that they ask for: made once from its parts. */
import { createChallenges } from './challenges/challenges.ts'
import type { Challenges, ChallengeParts } from './challenges/challenges.ts'
import { watchStore } from './challenges/net.ts'
import { createEnrolments } from './enrolments/enrolments.ts'
import type { Enrolments } from './enrolments/enrolments.ts'
import { createReports } from './enrolments/reports.ts'
import type { Reports } from './enrolments/reports.ts'
import { createWaits } from './enrolments/waits.ts'
import type { Waits } from './enrolments/waits.ts'

export interface SignIns {
  challenges: Challenges
  enrolments: Enrolments
  reports: Reports
  waits: Waits
  stop(): Promise<void>
}

interface Parts extends Omit<ChallengeParts, 'waits' | 'onChange'> {
  /** Whether other gateways write to this store too. */
  isShared: boolean
  /** Aborted when the gateway closes. */
  closing: AbortSignal
  onChange: (...topics: ('challenges' | 'machines' | 'audit')[]) => void
}

export function createSignIns(parts: Parts): SignIns {
  const { store, clock, log, closing, isShared, onChange } = parts
  const now = (): number => clock.now()
  const waits = createWaits(closing)
  const challenges = createChallenges({ ...parts, waits, onChange: () => onChange('challenges', 'audit') })
  const endSignIns = (machineIds: readonly string[], actor: string) => challenges.review(machineIds, { actor, why: 'agentRevoked' })
  const enrolments = createEnrolments({ store, now, endSignIns, onChange: () => onChange('machines', 'audit') })
  const reports = createReports({ store, now, log, onChange: () => onChange('machines', 'audit') })
  const watching = isShared ? watchStore(store, waits, closing) : Promise.resolve()
  return {
    challenges,
    enrolments,
    reports,
    waits,
    async stop() {
      challenges.stop()
      await reports.stop()
      await watching
    },
  }
}
