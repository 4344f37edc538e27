/** What opens and closes a machine's ports (DESIGN 5). A gate keeps no time: the gateway's deadlines tell it when to close. */
import type { Endpoint, Grant, Unreachable } from '../api.ts'

export interface GateOrder {
  grantId: string
  /** The machine's own address; the ports are the machine's own too. */
  address: string
  ports: readonly number[]
  /** Who is admitted: an address or a CIDR range. */
  source: string
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
   * Closes and cuts live connections. By the time that it returns, before the promise settles, nothing passes any more. Closing what is not open
   * is no error. Foreign rules are never touched.
   */
  close(grantId: string): Promise<void>
  /** The grants that have a way in which bears our mark. */
  list(): Promise<string[]>
  /** What went through, where the gate counts it. */
  traffic(grantId: string): GateTraffic | undefined
}
