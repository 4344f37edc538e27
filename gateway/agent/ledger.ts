/** What the agent must not forget: which users are its own, who is signed in by an approval, and what the gateway has not been told yet. */
import { z } from 'zod'
import { ChallengeEvent, ChallengeId, ChallengeService } from '../contract/challenges.ts'
import { JitAdmin } from '../contract/policies.ts'
import { readText, replaceFile } from './files.ts'

const LedgerUser = z.object({
  /** `made`: by the agent. `found`: it was there, and is the agent's only from the first approval on (`taken`). */
  origin: z.enum(['made', 'found']),
  taken: z.boolean(),
  afterSignOut: JitAdmin.shape.afterSignOut,
})
export type LedgerUser = z.infer<typeof LedgerUser>

const SignIn = z.object({
  challengeId: ChallengeId,
  userName: z.string(),
  service: ChallengeService,
  afterSignOut: JitAdmin.shape.afterSignOut,
  approvedAt: z.int(),
  adminUntil: z.int(),
  /** The process that holds the session: sshd's for one connection, or login. A number alone may be another process later. */
  leader: z.object({ pid: z.int(), startedAt: z.string() }),
  isStarted: z.boolean(),
})
export type SignIn = z.infer<typeof SignIn>

const Ledger = z.object({
  users: z.record(z.string(), LedgerUser),
  signIns: z.array(SignIn),
  owed: z.array(z.object({ challengeId: ChallengeId, event: ChallengeEvent })),
})
export type Ledger = z.infer<typeof Ledger>

export interface LedgerFile {
  readonly now: Ledger
  /** Changes it and writes it down before it answers. */
  change(change: (ledger: Ledger) => void): Promise<void>
}

/** A ledger that cannot be read is a fault and not an empty one: users would stay administrators. */
export async function openLedger(path: string): Promise<LedgerFile> {
  const kept = await readText(path)
  const now: Ledger = kept === undefined ? { users: {}, signIns: [], owed: [] } : Ledger.parse(JSON.parse(kept))
  let writing: Promise<void> = Promise.resolve()
  return {
    now,
    change(change) {
      change(now)
      // One after the other, so that the last one written is the last one that was changed.
      writing = writing.catch(() => undefined).then(() => replaceFile(path, `${JSON.stringify(now)}\n`, 0o600, 0o700))
      return writing
    },
  }
}
