/** Asking and doing through the door, as hooks. A refusal carries the failure; `failureText` has its words. */
import { QueryClient, keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { CallName, Failure, Input, Output, Topic } from '../preload/contract.ts'
import { bridge } from './bridge.ts'

/** What a call throws when main refuses: expected, with words for it. */
export class Refusal extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.tag)
    this.name = 'Refusal'
    this.failure = failure
  }
}

/** The failure behind anything that was thrown; what is not a refusal is a fault of ours. */
export function failureOf(error: unknown): Failure {
  return error instanceof Refusal ? error.failure : { tag: 'internal', incident: 'window' }
}

/** Calls main once. Throws Refusal. */
export async function call<Name extends CallName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
  const reply = await bridge.call(name, input)
  if (reply.ok) return reply.value
  throw new Refusal(reply.failure)
}

export const queries = new QueryClient({
  // Main answers from memory: a retry would only delay the words for a failure. The bell tells when to ask again.
  defaultOptions: {
    queries: { retry: false, staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
})

/** Which calls to ask again when a topic's bell rings: those of the topic, and those whose rows show it too. */
const rungBy: Record<Topic, readonly string[]> = {
  machines: ['machines.', 'grants.options', 'settings.choices'],
  grants: ['grants.', 'machines.'],
  sessions: ['sessions.'],
  // The activity's own list, timeline and choices ask at their own pace (useRung): a log that is being read rings without an end.
  audit: ['audit.list', 'audit.cache', 'machines.get'],
  exports: ['audit.exports'],
  settings: ['settings.'],
  account: ['account.', 'azure.tenants', 'azure.signIn'],
  link: ['app.takeLink'],
  logs: ['audit.logs', 'audit.cache'],
  challenges: ['challenges.', 'machines.signIns'],
  policies: ['policies.', 'machines.', 'grants.options'],
  recordings: ['recordings.'],
}

/** Joins the bell to the cache. Returns the function that leaves. */
export function listenToBell(): () => void {
  return bridge.onChange((topic) => {
    void queries.invalidateQueries({
      predicate: ({ queryKey }) => rungBy[topic].some((prefix) => String(queryKey[0]).startsWith(prefix)),
    })
  })
}

/** Counts a topic's rings, at most one in `everyMs`, the last one never left out: for what is too much to ask for at each of them. */
export function useRung(topic: Topic, everyMs: number): number {
  const [rung, setRung] = useState(0)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOwed = false
    const ring = (): void => {
      isOwed = timer !== undefined
      if (isOwed) return
      setRung((count) => count + 1)
      timer = setTimeout(() => {
        timer = undefined
        if (isOwed) ring()
      }, everyMs)
    }
    const leave = bridge.onChange((one) => {
      if (one === topic) ring()
    })
    return () => {
      clearTimeout(timer)
      leave()
    }
  }, [topic, everyMs])
  return rung
}

interface AskOptions {
  enabled?: boolean
  /** Keep showing the last answer while the next is on its way (lists while typing). */
  keep?: boolean
  refetchInterval?: number | false
  /** Ask again each time it is looked at: for what changes without a bell, such as a file. */
  fresh?: boolean
}

/** Asks main and keeps the answer until the bell rings. */
export function useAsk<Name extends CallName>(name: Name, input: Input<Name>, options: AskOptions = {}) {
  return useQuery<Output<Name>>({
    queryKey: [name, input],
    queryFn: () => call(name, input),
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchInterval ?? false,
    ...(options.fresh ? { staleTime: 0, gcTime: 0 } : {}),
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  })
}

/** A call that changes something. `mutateAsync` throws Refusal. */
export function useDo<Name extends CallName>(name: Name) {
  return useMutation<Output<Name>, Error, Input<Name>>({ mutationFn: (input) => call(name, input) })
}
