/**
 * Sign-in challenges at this console: reading codes, looking at what they are for, and deciding. A code never chooses where the console connects
 * (APR-5), and a decision is for exactly what was displayed (F-74), by a person, while the gateway answers (F-78).
 */
import type { Challenge, Decided, Failure, FoundIn, NoChallenge } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../ports.ts'
import { qualify, type Providers } from '../providers/ids.ts'
import type { ConsoleEvent } from '../providers/provider.ts'
import { createKnownChallenges, type Known } from './known.ts'
import { createLookUps } from './lookUps.ts'
import { codesIn, wordsIn } from './codesIn.ts'
import { createDeciding } from './deciding.ts'
import type { ChallengesForSessions, ReadCode } from './needs.ts'
import { createRefresh } from './refresh.ts'

export interface Challenges {
  readonly handlers: HandlersOf<'challenges'>
  readonly forSessions: ChallengesForSessions
  close(): void
}

export interface ChallengesDeps {
  providers: Providers
  clock: Clock
  log: Pick<Log, 'warn'>
  readCode: ReadCode
  /** Foreign text as one line that is safe to show. */
  clean: (text: string, maxLength: number) => string
  machineName: (machineId: string) => string | undefined
  /** One that nobody was looking for was found by the console itself. */
  notify: (challenge: Challenge) => void
  /** To the audit log of the challenge's gateway (AUD-4). Never throws. */
  record: (event: ConsoleEvent) => void
  /** Rings the bell "challenges". */
  changed: () => void
}

type Result = { ok: true; challenge: Challenge } | { ok: false; why: NoChallenge }
type Finding = { foundIn: FoundIn; machineId?: string | undefined; prompt?: string }

/** What was looked up so short a time ago is not asked for again because it is on the screen once more. */
const freshMs = 3000

export function createChallenges(deps: ChallengesDeps): Challenges {
  const { providers, clock, log, readCode, machineName, notify, record, changed } = deps
  const known = createKnownChallenges(clock, deps.clean)
  const lookUps = createLookUps(providers, clock)
  const refresh = createRefresh({ known, providers, clock, log, changed })
  const decide = createDeciding({ known, clock, refresh: (entry) => refresh.one(entry), record, changed })

  function find(ref: string): Known {
    const entry = known.get(ref)
    if (!entry) throw new CallError({ tag: 'notFound', what: 'challenge' })
    return entry
  }

  function foundNow({ foundIn, machineId, prompt }: Finding): Known['found'] {
    const on = machineId === undefined ? {} : { on: { machineId, name: machineName(machineId) ?? machineId } }
    return { in: foundIn, at: new Date(clock.now()).toISOString(), ...on, ...(prompt !== undefined && { prompt }) }
  }

  /** F-68: a code of one machine in a session to another is how somebody is made to approve the wrong one. */
  function noteFound(entry: Known, isNew: boolean): void {
    const view = known.view(entry)
    const about = { machineId: view.machineId, detail: { challenge: entry.code.id, foundIn: view.foundIn } }
    if (isNew) record({ action: 'challenge.read', outcome: 'ok', ...about })
    if (view.noApproval === 'otherMachine' && isNew)
      record({
        action: 'challenge.mismatch',
        outcome: 'refused',
        ...about,
        detail: { ...about.detail, foundOn: view.foundOn?.machineId ?? '' },
      })
    if (isNew && foundByItself.has(view.foundIn) && known.isLive(entry)) notify(view)
  }

  async function readOne(text: string, finding: Finding): Promise<Result> {
    const code = readCode(text)
    if (code === undefined) return { ok: false, why: 'notAChallenge' }
    if (code === 'damaged') return { ok: false, why: 'damaged' }
    const before = known.all().find((entry) => entry.code.id === code.id && (code.nonce === undefined || entry.code.nonce === code.nonce))
    if (before && clock.monotonicMs() - before.seenAt < freshMs && !before.isOffline) {
      before.found = foundNow(finding)
      changed()
      return { ok: true, challenge: known.view(before) }
    }
    const found = await lookUps.find(code)
    if (typeof found === 'string') return { ok: false, why: found }
    const { provider, challenge } = found
    const ref = qualify(provider, challenge.id)
    const isNew = known.get(ref) === undefined
    const keptText = found.code.nonce === undefined ? (known.get(ref)?.text ?? challenge.id) : text
    const keptCode = found.code.nonce === undefined ? (known.get(ref)?.code ?? found.code) : found.code
    const entry: Known = {
      ref,
      provider,
      code: keptCode,
      text: keptText,
      challenge,
      seenAt: clock.monotonicMs(),
      isOffline: false,
      found: foundNow(finding),
    }
    known.put(entry)
    refresh.schedule()
    changed()
    noteFound(entry, isNew)
    return { ok: true, challenge: known.view(entry) }
  }

  /** One after the other: two codes of the same challenge are looked up once. */
  async function read(texts: readonly string[], finding: Finding): Promise<Result[]> {
    const results: Result[] = []
    for (const text of texts) results.push(await readOne(text, finding))
    return results
  }

  /** Why the machine let nobody in, as far as the challenge says. */
  async function refusalOf(ref: string): Promise<Failure> {
    const entry = known.get(ref)
    if (entry) await refresh.one(entry)
    const now = entry && known.view(entry)
    const why = now && whyNot[now.state]
    return { tag: 'challenge', why: why ?? 'failed', ...(now?.decidedBy !== undefined && { by: now.decidedBy }) }
  }

  return {
    handlers: {
      'challenges.list': () => ({ challenges: known.all().map((entry) => known.view(entry)) }),
      async 'challenges.read'({ texts, foundIn, machineId }) {
        return { results: await read(texts, { foundIn, machineId }) }
      },
      async 'challenges.get'({ ref }) {
        const entry = find(ref)
        await refresh.one(entry)
        return known.view(entry)
      },
      'challenges.decide': ({ ref, decision, digest, number }): Promise<Decided> =>
        decide(find(ref), { decision, digest, ...(number !== undefined && { number }) }),
      'challenges.forget'({ refs }) {
        known.forget(refs)
        changed()
        return {}
      },
      'challenges.code'({ ref }) {
        const { text, code } = find(ref)
        const { machineId } = known.view(find(ref))
        record({ action: 'challenge.shown', outcome: 'ok', machineId, detail: { challenge: code.id } })
        return { text, shortCode: (code.id.match(/.{1,4}/g) ?? []).join('-') }
      },
    },
    forSessions: {
      async shownBy(machineId, prompt) {
        const texts = codesIn(prompt)
        if (texts.length === 0) return undefined
        const results = await read(texts, { foundIn: 'prompt', machineId, prompt: wordsIn(prompt, deps.clean) })
        // Two codes in one prompt: none is chosen for the technician.
        const [first, ...more] = results.filter((result) => result.ok)
        if (!first || more.length > 0) return undefined
        return { refusal: () => refusalOf(first.challenge.ref) }
      },
    },
    close: () => refresh.close(),
  }
}

/** Ways of finding a code while the technician did something else. */
const foundByItself: ReadonlySet<FoundIn> = new Set(['prompt', 'terminal'])

const whyNot: Partial<Record<Challenge['state'], Extract<Failure, { tag: 'challenge' }>['why']>> = {
  pending: 'expired',
  denied: 'denied',
  expired: 'expired',
  burned: 'burned',
  cancelled: 'cancelled',
}
