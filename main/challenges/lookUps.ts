/**
 * Asking gateways what a code is for, within bounds: a terminal that is full of codes, or a page that shows hundreds, must neither flood a gateway nor
 * the technician (F-75). Nothing is asked but the gateways that this console works with; a code cannot name another.
 */
import type { NoChallenge } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { Clock } from '../ports.ts'
import type { Providers } from '../providers/ids.ts'
import type { Provider, ProviderChallenge } from '../providers/provider.ts'
import type { ReadCode } from './needs.ts'

export type Found = { provider: Provider; challenge: ProviderChallenge; code: { id: string; nonce?: string } }

export interface LookUps {
  find(code: Exclude<ReturnType<ReadCode>, 'damaged' | undefined>): Promise<Found | NoChallenge>
}

/** So many at once, and so many a second from then on. */
const burst = 60
const perSecond = 2
/** A short code names no gateway, so each is asked; a console with more than these has to show the picture. */
const mostAsked = 8
/** What was not there is not asked for again at once: a terminal is scanned many times. */
const notThereMs = 20_000
const mostNotThere = 500

export function createLookUps(providers: Providers, clock: Clock): LookUps {
  let tokens = burst
  let filledAt = clock.monotonicMs()
  const notThere = new Map<string, number>()

  function mayAsk(): boolean {
    const now = clock.monotonicMs()
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond)
    filledAt = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }

  function isKnownAbsent(key: string): boolean {
    const until = notThere.get(key)
    if (until === undefined) return false
    if (until > clock.monotonicMs()) return true
    notThere.delete(key)
    return false
  }

  function noteAbsent(key: string): void {
    const [oldest] = notThere.keys()
    if (notThere.size >= mostNotThere && oldest !== undefined) notThere.delete(oldest)
    notThere.set(key, clock.monotonicMs() + notThereMs)
  }

  async function ask(provider: Provider, code: Found['code']): Promise<Found | NoChallenge> {
    if (!provider.challenges) return 'unknownGateway'
    if (!mayAsk()) return 'tooMany'
    try {
      return { provider, code, challenge: await provider.challenges.lookUp(code) }
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      const { failure } = error
      if (failure.tag === 'notFound') return 'notFound'
      if (failure.tag === 'challenge' && failure.why === 'tooMany') return 'tooMany'
      if (failure.tag === 'challenge' && failure.why === 'notAllowed') return 'notFound'
      return 'offline'
    }
  }

  return {
    async find({ gateway, id, nonce }) {
      const code = { id, ...(nonce !== undefined && { nonce }) }
      const key = `${gateway ?? ''} ${id} ${nonce ?? ''}`
      if (isKnownAbsent(key)) return 'notFound'
      const capable = providers.all.filter(({ challenges }) => challenges && (gateway === undefined || challenges.mark === gateway))
      if (capable.length === 0) return 'unknownGateway'
      const answers = await Promise.all(capable.slice(0, mostAsked).map((provider) => ask(provider, code)))
      const found = answers.find((answer) => typeof answer !== 'string')
      if (found) return found
      // One that could not be asked may be the one that knows it.
      const why = (['tooMany', 'offline'] as const).find((one) => answers.includes(one)) ?? 'notFound'
      if (why === 'notFound') noteAbsent(key)
      return why
    },
  }
}
