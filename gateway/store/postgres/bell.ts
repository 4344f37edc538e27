/**
 * Word from gateway to gateway, over a connection of its own (LISTEN and NOTIFY). Nothing depends on it but how soon something is done: what was
 * missed is found by looking.
 */
import { Client } from 'pg'
import type { ClientConfig, Pool } from 'pg'

export interface Bell {
  /** Tells all others that hear it now. */
  ring(words: readonly string[]): void
  /** `words` is undefined after some may have been missed. Returns the function that stops it. */
  listen(listener: (words: readonly string[] | undefined) => void): () => void
  stop(): Promise<void>
}

const channel = 'gatehouse'
const pauseMs = 500

/** `ownName` keeps what this process says from coming back to it. */
export function createBell(config: ClientConfig, pool: Pool, ownName: string): Bell {
  const listeners = new Set<(words: readonly string[] | undefined) => void>()
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  function tell(words: readonly string[] | undefined): void {
    for (const listener of listeners) listener(words)
  }

  async function connect(): Promise<void> {
    const connecting = new Client(config)
    client = connecting
    connecting.on('error', () => {})
    connecting.once('end', () => {
      if (client === connecting) later()
    })
    connecting.on('notification', ({ payload = '' }) => {
      const [from, ...words] = payload.split(' ')
      if (from !== ownName) tell(words)
    })
    try {
      await connecting.connect()
      await connecting.query(`listen ${channel}`)
      if (client === connecting) tell(undefined)
    } catch {
      if (client === connecting) later()
    }
  }

  function later(): void {
    const ended = client
    client = undefined
    ended?.end().catch(() => {})
    if (!isStopped) timer = setTimeout(() => void (connected = connect()), pauseMs)
  }

  let connected = connect()
  return {
    ring(words) {
      pool.query('select pg_notify($1, $2)', [channel, [ownName, ...words].join(' ')]).catch(() => {})
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      listeners.clear()
      const ending = client
      client = undefined
      // One that is ended while it connects would go on to connect.
      await connected
      await ending?.end().catch(() => {})
    },
  }
}
