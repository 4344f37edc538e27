/** What opens and closes a machine's ports (DESIGN 5). The gateway's deadlines tell it when to close; a gate that can keeps the time as well. */
import type { Endpoint, Grant, Unreachable } from '../api.ts'

export interface GateOrder {
  grantId: string
  /** The machine's own address; the ports are the machine's own too. */
  address: string
  ports: readonly number[]
  /** Who is admitted: an address or a CIDR range. */
  source: string
  /** What is left of the window. A gate that outlives this process closes by itself then. */
  endsInMs: number
  /** Where connections went before, a port for each of `ports`: taken again where they are free. */
  wanted?: readonly number[]
}

/** A way in that is ready, and lets nothing through. */
export interface ReadyWay {
  /** Where to connect to, once it is open. */
  endpoints: Endpoint[]
  /** Lets connections through by the time that it returns. Throws when it was closed in the meantime. */
  open(): void
}

export interface GateTraffic {
  connections: number
  bytes: NonNullable<Grant['bytes']>
  unreachable?: Unreachable
}

export interface Gate {
  /**
   * Opens, and answers where to connect to, a way in for each port in order. Asking again for the same grant answers the same. Throws when it
   * could not be opened; nothing is open then.
   */
  open(order: GateOrder): Promise<Endpoint[]>
  /**
   * Makes ready what `open` of the same order would open, so that the grant can be written as open, with its endpoints, before anything passes. Waits
   * for nobody else, since the store waits for it: undefined where it would have to. Throws like `open`. `close` takes it back.
   */
  prepare?(order: GateOrder): Promise<ReadyWay | undefined>
  /**
   * Closes and cuts live connections: nothing passes any more when the promise settles, through the relay by the time that it returns. Closing
   * what is not open is no error. Foreign rules are never touched. When it rejects, whether something is open is unknown.
   */
  close(grantId: string): Promise<void>
  /** Moves the end of an open grant, for gates that keep the time. */
  extend?(grantId: string, endsInMs: number): Promise<void>
  /** The grants that have a way in which bears our mark. */
  list(): Promise<string[]>
  /** What went through, where the gate counts it. */
  traffic(grantId: string): GateTraffic | undefined
  /** Lets go of what the gate itself holds, such as processes. What is open stays as it is. */
  stop?(): Promise<void>
}
