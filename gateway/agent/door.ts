/**
 * What PAM asks while somebody stands at the sign-in: to be shown a challenge, and whether it was approved. Every answer comes in bounded time; when
 * there is none, PAM goes on as if there were no agent.
 */
import { AgentChallenge, CreatedChallenge, type ChallengeEvent, type CreateChallenge } from '../contract/challenges.ts'
import { isConnected } from './connection.ts'
import { Refused, type GatewayClient } from './gatewayClient.ts'
import type { Log } from './log.ts'
import { isAlive, processAt } from './processes.ts'
import { challengeLines } from './screenText.ts'
import { leaderOf, type Leader, type SignIns } from './signIns.ts'

export interface Visitor {
  /** The process that runs PAM's authentication. */
  caller: number
  service: 'ssh' | 'login'
  user: string
  from?: string | undefined
  terminal?: string | undefined
}

export type Shown = { ok: true; lines: string[] } | { ok: false; line: string }
export type Waited = { ok: boolean; line: string }

export interface Door {
  show(visitor: Visitor): Promise<Shown>
  wait(caller: number): Promise<Waited>
  /** Somebody typed a password instead. */
  leave: (caller: number) => void
  /** Cancels what nobody waits for any more. */
  sweep: () => void
}

interface Who {
  service: Visitor['service']
  leader: Leader
  caller: Leader
}

interface Visit extends Who {
  challenge: CreatedChallenge
  /** What came of it; never rejects. */
  decided: Promise<AgentChallenge | undefined>
  giveUp: AbortController
}

const mostVisits = 8
const createMs = 8000
const pollS = 25

/** `patience`: how long a service waits for an answer, in milliseconds from the moment that the challenge is there. */
export function createDoor(deps: {
  client: GatewayClient
  signIns: SignIns
  patience: (service: Visitor['service']) => number
  signedIn: () => Promise<string[]>
  attempted: (outcome: 'worked' | 'failed') => Promise<void>
  tell: (challengeId: string, event: ChallengeEvent) => Promise<void>
  log: Log
}): Door {
  const { client, signIns, patience, signedIn, attempted, tell, log } = deps
  const visits = new Map<number, Visit>()
  /** Connections in which a challenge was refused: OpenSSH's client would ask for two more. */
  const refused = new Map<number, { startedAt: string; line: string }>()

  function sweep(): void {
    for (const [caller, visit] of visits) if (!isThere(visit)) leave(caller)
    for (const [pid, { startedAt }] of refused) if (!isAlive({ pid, startedAt })) refused.delete(pid)
  }

  function leave(caller: number): void {
    const visit = visits.get(caller)
    if (!visit) return
    visits.delete(caller)
    visit.giveUp.abort()
    void tell(visit.challenge.id, { event: 'cancelled', detail: 'who asked went away' })
  }

  /** Asks until it is decided, the time is up, or whoever asked is gone. */
  async function decision(id: string, untilMs: number, who: Who, giveUp: AbortController): Promise<AgentChallenge | undefined> {
    const watch = setInterval(() => {
      if (!isThere(who) || Date.now() >= untilMs) giveUp.abort()
    }, 500)
    try {
      while (!giveUp.signal.aborted) {
        const began = Date.now()
        const waitS = Math.max(1, Math.min(pollS, Math.ceil((untilMs - began) / 1000)))
        const target = `/v1/agent/challenges/${id}?waitS=${waitS}`
        try {
          const answer = await client.ask(AgentChallenge, { method: 'GET', target, timeoutMs: (waitS + 5) * 1000, signal: giveUp.signal })
          if (answer.state !== 'pending') return answer
        } catch (error) {
          if (error instanceof Refused) return undefined
          if (!giveUp.signal.aborted) log('the gateway did not answer', error)
        }
        // An answer may come early, and a gateway that is away refuses at once.
        if (Date.now() - began < 500) await new Promise((resolve) => void setTimeout(resolve, 500))
      }
      return undefined
    } finally {
      clearInterval(watch)
    }
  }

  return {
    leave,
    sweep,
    async show({ caller, service, user, from, terminal }) {
      sweep()
      const asking = leaderOf(caller)
      // sshd asks PAM in a child of the connection's process; login does it itself.
      const leader = service === 'ssh' ? leaderOf(processAt(caller)?.parent ?? 0) : asking
      if (!asking || !leader) return no('nobody is there')
      // What was said then is shown only now: sshd keeps it back until there is another prompt.
      const before = refused.get(leader.pid)
      if (before?.startedAt === leader.startedAt) return { ok: false, line: before.line }
      if (visits.size >= mostVisits) return no('too many sign-ins wait')
      const body: CreateChallenge = {
        service,
        asked: user,
        ...(from !== undefined && { from }),
        ...(terminal !== undefined && { terminal }),
        signedIn: await signedIn(),
      }
      try {
        const challenge = await client.ask(CreatedChallenge, { method: 'POST', target: '/v1/agent/challenges', body, timeoutMs: createMs })
        const giveUp = new AbortController()
        const waitMs = patience(service)
        const who: Who = { service, leader, caller: asking }
        const decided = decision(challenge.id, Date.now() + waitMs, who, giveUp)
        visits.set(caller, { ...who, challenge, decided, giveUp })
        await attempted('worked')
        return { ok: true, lines: challengeLines(challenge, Math.round(waitMs / 1000)) }
      } catch (error) {
        log('no challenge', error)
        if (!(error instanceof Refused && isByRule(error))) await attempted('failed')
        return no(error instanceof Refused ? error.code : 'the gateway cannot be reached')
      }
    },
    async wait(caller) {
      const visit = visits.get(caller)
      if (!visit) return { ok: false, line: 'There is no challenge.' }
      const { challenge, service, leader } = visit
      const refuse = (line: string): Waited => {
        visits.delete(caller)
        refused.set(leader.pid, { startedAt: leader.startedAt, line })
        return { ok: false, line }
      }
      const answer = await visit.decided
      if (answer === undefined) {
        leave(caller)
        return refuse('Nobody approved it in time.')
      }
      if (answer.state !== 'approved' || !answer.session) return refuse(wordsFor[answer.state] ?? 'The sign-in was refused.')
      if (!isThere(visit) || answer.session.userName !== challenge.userName) {
        leave(caller)
        return refuse('The sign-in was cancelled.')
      }
      try {
        const adminUntil = client.localTime(answer.session.adminUntil)
        await signIns.begin(challenge.id, service, { ...answer.session, adminUntil }, leader)
      } catch (error) {
        log(`sign-in ${challenge.id} could not begin`, error)
        await attempted('failed')
        await tell(challenge.id, { event: 'failed', detail: 'the user could not be made ready' })
        return refuse('The user could not be made ready.')
      }
      try {
        // Nobody is let in whom the gateway does not know to be in.
        const target = `/v1/agent/challenges/${challenge.id}/events`
        await client.ask(AgentChallenge, { method: 'POST', target, body: { event: 'started' }, timeoutMs: createMs })
      } catch (error) {
        log(`sign-in ${challenge.id} may not begin`, error)
        await signIns.end([challenge.id])
        return refuse('The approval is not good any more.')
      }
      visits.delete(caller)
      return { ok: true, line: `Approved by ${answer.session.approvedBy.replaceAll(/\p{C}/gu, '').slice(0, 80)}.` }
    },
  }
}

/** sshd would find out that its client has gone only when PAM lets go of it: until then an approval would be for nobody. */
function isThere({ service, leader, caller }: Who): boolean {
  return isAlive(caller) && (service !== 'ssh' || isConnected(leader.pid))
}

const no = (why: string) => ({ ok: false, line: `No Gatehouse challenge: ${why}.` }) as const

const wordsFor: Partial<Record<AgentChallenge['state'], string>> = {
  denied: 'The sign-in was denied.',
  expired: 'The challenge has expired.',
  burned: 'The number was wrong three times; the challenge is of no use any more.',
  cancelled: 'The sign-in was cancelled.',
}

/** What policy and limits refuse is as it should be. */
function isByRule({ code }: Refused): boolean {
  return ['jitOff', 'tooMany', 'unsupported'].includes(code)
}
