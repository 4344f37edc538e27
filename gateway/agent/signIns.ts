/**
 * What is done for an approval and undone after it: an account opened, the right to be root given, and everything of it taken away when the session
 * is over, its time is up, or the gateway says so. The ledger knows of it before it happens, so whatever a crash leaves is mended by the next look.
 */
import type { AgentChallenge, ChallengeEvent } from '../contract/challenges.ts'
import type { Accounts } from './accounts.ts'
import type { LedgerFile, SignIn } from './ledger.ts'
import type { Log } from './log.ts'
import { endAllOf, endProcess, isAlive, processAt } from './processes.ts'

export type Leader = SignIn['leader']
/** `adminUntil` by this machine's clock, in milliseconds. */
export type Approved = Pick<NonNullable<AgentChallenge['session']>, 'userName' | 'afterSignOut'> & { adminUntil: number }

export interface SignIns {
  /** Opens the account; the session may begin then. Throws what the tools say, with everything undone. */
  begin(challengeId: string, service: SignIn['service'], approved: Approved, leader: Leader): Promise<void>
  /** PAM says that a session of this process began. */
  opened(pid: number): Promise<void>
  /** PAM says that it is about to end: everything goes as soon as it is gone. Answers at once. */
  closed(pid: number): void
  /** Ends these, whoever works in them. */
  end(challengeIds: readonly string[]): Promise<void>
  /** Ends what is over: the process is gone, the time is up, or nobody came. */
  sweep(): Promise<void>
  /** Ends all. */
  endAll(): Promise<void>
}

/** Between PAM's yes and the session: a process that is killed in between must leave no administrator. */
const graceMs = 60_000
const closingMs = 5000

export function createSignIns(deps: {
  ledger: LedgerFile
  accounts: Accounts
  log: Log
  tell: (challengeId: string, event: ChallengeEvent) => Promise<void>
  /** After a user was deleted or demoted: a name may have to be kept ready again. */
  restore: () => Promise<void>
  exclusively: <Value>(work: () => Promise<Value>) => Promise<Value>
}): SignIns {
  const { ledger, accounts, log, tell, restore, exclusively } = deps

  const remaining = (userName: string) => ledger.now.signIns.filter((one) => one.userName === userName)

  /** Inside `exclusively`. */
  async function finish(signIn: SignIn): Promise<void> {
    const { challengeId, userName } = signIn
    await endProcess(signIn.leader)
    if (!ledger.now.signIns.some((one) => one.challengeId === challengeId)) return
    const others = remaining(userName).filter((one) => one.challengeId !== challengeId)
    let detail = ''
    if (others.length > 0) detail = 'the user has another session'
    else detail = await clear(signIn)
    await ledger.change((now) => {
      now.signIns = now.signIns.filter((one) => one.challengeId !== challengeId)
    })
    log(`sign-in ${challengeId} of ${userName} is over: ${detail}`)
    await restore().catch((error: unknown) => log('the next sign-in could not be made ready', error))
    await tell(challengeId, { event: 'ended', detail })
  }

  /** The user's last session is over. A user whom somebody else made is never deleted. */
  async function clear({ userName, afterSignOut }: SignIn): Promise<string> {
    const user = ledger.now.users[userName]
    const account = await accounts.find(userName)
    if (user?.origin === 'made' && afterSignOut === 'delete') {
      const isQuiet = await accounts.remove(userName)
      await ledger.change((now) => {
        delete now.users[userName]
      })
      return isQuiet ? 'deleted' : 'deleted; a process would not end'
    }
    await accounts.demote(userName, user?.origin ?? 'made')
    const isQuiet = account === undefined || (await endAllOf(account.uid))
    return isQuiet ? 'kept as a standard user' : 'kept as a standard user; a process would not end'
  }

  async function finishAll(which: (signIn: SignIn) => boolean): Promise<void> {
    for (const signIn of ledger.now.signIns.filter(which)) {
      await exclusively(() => finish(signIn)).catch((error: unknown) => log(`sign-in ${signIn.challengeId} could not be ended`, error))
    }
  }

  return {
    begin: (challengeId, service, { userName, afterSignOut, adminUntil }, leader) =>
      exclusively(async () => {
        const signIn: SignIn = {
          challengeId,
          userName,
          service,
          afterSignOut,
          approvedAt: Date.now(),
          adminUntil,
          leader,
          isStarted: false,
        }
        const account = await accounts.find(userName)
        const user = ledger.now.users[userName]
        const fault = await accounts.faultOf(userName)
        if (!account || !user || fault !== undefined) throw new Error(`the user ${userName} cannot be signed in: ${fault ?? 'it is gone'}`)
        await ledger.change((now) => now.signIns.push(signIn))
        try {
          if (user.origin === 'found' && !user.taken) await accounts.takeOver(userName)
          await ledger.change((now) => {
            now.users[userName] = { ...user, taken: true, afterSignOut }
          })
          const until = Math.max(...remaining(userName).map((one) => one.adminUntil))
          await accounts.admit(account, until, challengeId)
        } catch (error) {
          await ledger.change((now) => {
            now.signIns = now.signIns.filter((one) => one !== signIn)
          })
          if (remaining(userName).length === 0) await accounts.demote(userName, user.origin)
          throw error
        }
      }),
    async opened(pid) {
      const found = ledger.now.signIns.find((one) => one.leader.pid === pid && isAlive(one.leader))
      if (!found) return
      await ledger.change(() => {
        found.isStarted = true
      })
    },
    closed(pid) {
      const found = ledger.now.signIns.find((one) => one.leader.pid === pid)
      if (!found) return
      void (async () => {
        // PAM waits for this answer before the session's process goes on to its end.
        const until = Date.now() + closingMs
        while (isAlive(found.leader) && Date.now() < until) await new Promise((resolve) => void setTimeout(resolve, 50))
        await finishAll((one) => one.challengeId === found.challengeId)
      })()
    },
    end: (challengeIds) => finishAll((one) => challengeIds.includes(one.challengeId)),
    sweep: () => finishAll(isOver),
    endAll: () => finishAll(() => true),
  }
}

/** The process that will hold the session, as it is now; undefined when it is gone. */
export function leaderOf(pid: number): Leader | undefined {
  const found = processAt(pid)
  return found && { pid: found.pid, startedAt: found.startedAt }
}

function isOver({ leader, adminUntil, isStarted, approvedAt }: SignIn): boolean {
  if (!isAlive(leader)) return true
  if (Date.now() >= adminUntil) return true
  return !isStarted && Date.now() > approvedAt + graceMs
}
