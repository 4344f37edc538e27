/**
 * Sending requests so that one click is one request: each machine of a click has a key of its own (keys.ts), the same click twice shares one answer,
 * and an answer that was lost is asked for again rather than made a second time.
 */
import type { Failure, Grant } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { Providers } from '../providers/ids.ts'
import type { Provider, ProviderGrant } from '../providers/provider.ts'
import type { KeylessRequest, RequestKeys } from './keys.ts'
import { isOver, type LiveGrants } from './live.ts'

export type Wish = Omit<KeylessRequest, 'machineId'>

/** A machine of a click (the console's id), and what is asked for there. */
export interface Asked {
  machineId: string
  wish: Wish
}

export interface Asking {
  /** Throws what the provider refused with. */
  request(clickKey: string, asked: Asked): Promise<Grant>
  /** Several machines of one provider that takes them at once: a promise for each, in the same order, that rejects as `request` does. */
  requestTogether(clickKey: string, provider: Provider, asked: readonly Asked[]): Promise<Grant>[]
}

type Answer = ProviderGrant | CallError
type Send = (bodies: readonly KeylessRequest[], keys: readonly string[]) => Promise<readonly Answer[]>

export function createAsking({ providers, live, keys }: { providers: Providers; live: LiveGrants; keys: RequestKeys }): Asking {
  /** What is on its way, so that the same click twice is one request and one answer (F-47). */
  const onTheWay = new Map<string, Promise<Grant>>()

  /** Says which keys are settled. An answer that is missing was lost. */
  async function sendAll(provider: Provider, send: Send, bodies: readonly KeylessRequest[], sent: readonly string[]): Promise<Answer[]> {
    const answers = await send(bodies, sent).catch((error: unknown) => {
      for (const key of sent) keys.lost(key)
      throw error
    })
    return sent.map((key, index) => {
      const answer = answers[index] ?? new CallError({ tag: 'badAnswer', provider: provider.id })
      if (answer instanceof CallError && unanswered.has(answer.failure.tag)) keys.lost(key)
      else keys.answered(key)
      return answer
    })
  }

  /** The bodies of one click, in the same order as `machineIds`. */
  async function ask(
    provider: Provider,
    send: Send,
    clickKey: string,
    machineIds: readonly string[],
    bodies: readonly KeylessRequest[],
  ): Promise<Answer[]> {
    const before = (of: readonly number[]) =>
      Promise.all(of.map((index) => keys.before(clickKey, at(machineIds, index), at(bodies, index))))
    const all = bodies.map((_, index) => index)
    const first = await before(all)
    const answers = await sendAll(
      provider,
      send,
      bodies,
      first.map(({ key }) => key),
    )
    // An answer that was lost may be of a window that has ended since; then this click is a request of its own.
    const stale = all.filter((index) => {
      const answer = at(answers, index)
      return first[index]?.reused === true && !(answer instanceof CallError) && isOver(answer)
    })
    if (stale.length === 0) return answers
    const own = await before(stale)
    const anew = await sendAll(
      provider,
      send,
      stale.map((index) => at(bodies, index)),
      own.map(({ key }) => key),
    )
    for (const [place, index] of stale.entries()) answers[index] = at(anew, place)
    return answers
  }

  const bodyOf = ({ machineId, wish }: Asked): KeylessRequest => ({ ...wish, machineId: providers.of(machineId, 'machine').id })

  const sameOf = (clickKey: string, asked: Asked): string => JSON.stringify([clickKey, bodyOf(asked)])

  function share(same: string, begin: () => Promise<Grant>): Promise<Grant> {
    const running = onTheWay.get(same)
    if (running) return running
    const mine = begin().finally(() => onTheWay.delete(same))
    onTheWay.set(same, mine)
    return mine
  }

  return {
    request(clickKey, asked) {
      const { provider } = providers.of(asked.machineId, 'machine')
      const body = bodyOf(asked)
      const send: Send = async ([only], [key]) => {
        if (!only || key === undefined) return []
        try {
          return [await provider.request({ ...only, idempotencyKey: key })]
        } catch (error) {
          if (error instanceof CallError) return [error]
          throw error
        }
      }
      return share(sameOf(clickKey, asked), async () => {
        const [answer] = await ask(provider, send, clickKey, [asked.machineId], [body])
        return taken(provider, answer)
      })
    },
    requestTogether(clickKey, provider, all) {
      const send: Send = async (bodies, sent) =>
        (await provider.requestTogether?.(bodies.map((body, index) => ({ ...body, idempotencyKey: at(sent, index) })))) ?? []
      const fresh = new Map(all.map((asked) => [sameOf(clickKey, asked), asked] as const).filter(([same]) => !onTheWay.has(same)))
      const places = [...fresh.keys()]
      const asked = [...fresh.values()]
      const answers =
        asked.length === 0
          ? Promise.resolve([])
          : ask(
              provider,
              send,
              clickKey,
              asked.map(({ machineId }) => machineId),
              asked.map(bodyOf),
            )
      return all.map((one) => {
        const same = sameOf(clickKey, one)
        const mine = share(same, async () => taken(provider, (await answers)[places.indexOf(same)]))
        // Each is looked at in its turn; until then nobody listens.
        mine.catch(() => undefined)
        return mine
      })
    },
  }

  function taken(provider: Provider, answer: Answer | undefined): Grant {
    if (answer === undefined) throw new CallError({ tag: 'badAnswer', provider: provider.id })
    if (answer instanceof CallError) throw answer
    return live.take(provider, answer)
  }
}

/** Failures after which nobody knows whether the provider did it. */
const unanswered: ReadonlySet<Failure['tag']> = new Set(['offline', 'badAnswer', 'inProgress', 'internal'])

/** The lists of a click are of one length. */
function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index]
  if (item === undefined) throw new Error('the lists of a request are of different lengths')
  return item
}
