/** The way to the console's calls: into an app of this process, or to the console that runs already. The same calls either way. */
import { calls, type CallName, type Failure, type Input, type Output, type Topic } from '../../preload/contract.ts'
import type { ApiRequest } from '../apiRequest.ts'
import type { App } from '../app.ts'
import { CallError } from '../callError.ts'

export type Console = Pick<App, 'call' | 'onChange' | 'fetch' | 'close'>

export interface Door {
  /** Throws CallError with what the call was refused with. */
  ask<Name extends CallName>(name: Name, input: Input<Name>): Promise<Output<Name>>
  /** Returns the function that stops listening. */
  onChange(listener: (topic: Topic) => void): () => void
  /** The gateway's own API (GTW-4). Throws CallError notFound (gateway), offline, gatewayUntrusted. */
  fetch(gatewayId: string, request: ApiRequest): Promise<Response>
  /** Whether the ports that are opened here stay open when this process ends: another one, the console, holds them. */
  readonly isElsewhere: boolean
  close(): Promise<void>
}

export function createDoor(console: Console, isElsewhere: boolean): Door {
  return {
    async ask<Name extends CallName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
      const reply = await console.call(name, input)
      if (!reply.ok) throw new CallError(reply.failure)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the schema of this very name
      return calls[name].output.parse(reply.value) as Output<Name>
    },
    onChange: (listener) => console.onChange(listener),
    fetch: (gatewayId, request) => console.fetch(gatewayId, request),
    isElsewhere,
    close: () => console.close(),
  }
}

/**
 * Asks again at every ring of `topic`, and every second in case one was lost, until there is an answer. Rejects with `cancelled` when stopped.
 */
export async function until<Value>(
  door: Pick<Door, 'onChange'>,
  topic: Topic,
  stopped: AbortSignal,
  look: () => Promise<Value | undefined>,
): Promise<Value> {
  const cancelled: Failure = { tag: 'cancelled' }
  for (;;) {
    if (stopped.aborted) throw new CallError(cancelled)
    const rung = nextRing(door, topic, stopped)
    const value = await look().catch((error: unknown) => {
      rung.stop()
      throw error
    })
    if (value !== undefined) {
      rung.stop()
      return value
    }
    await rung.ringing
  }
}

/** Listens from now on; `ringing` resolves with the first ring, after a second, or when stopped. */
function nextRing(door: Pick<Door, 'onChange'>, topic: Topic, stopped: AbortSignal): { ringing: Promise<void>; stop: () => void } {
  const { promise: ringing, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, 1000)
  const silence = door.onChange((rung) => {
    if (rung === topic) stop()
  })
  stopped.addEventListener('abort', stop, { once: true })
  function stop(): void {
    clearTimeout(timer)
    silence()
    stopped.removeEventListener('abort', stop)
    resolve()
  }
  return { ringing, stop }
}
