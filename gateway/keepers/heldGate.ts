/**
 * A gate of a gateway that may lose its right to open anything. It knows at once which grants it holds, and while it is shut it opens none: what was
 * under way when it was shut is closed again.
 */
import type { Gate, GateOrder, ReadyWay } from '../gates/gate.ts'

export interface HeldGate extends Gate {
  /** Whether this gate was asked to open for the grant, and has not closed since. */
  holds(grantId: string): boolean
  /** From now on nothing opens, and all that is open is closed; through the relay by the time that it returns. Rejects when one did not close. */
  shut(): Promise<void>
  /** It may open again. */
  unshut(): void
}

const shutMessage = 'this gateway may not open anything now'

/** It is shut until it is told otherwise. */
export function createHeldGate(gate: Gate): HeldGate {
  const held = new Set<string>()
  let isShut = true
  /** How often it was shut: what was asked for before is not opened after. */
  let times = 0

  async function under<Opened>(order: GateOrder, ask: () => Promise<Opened>): Promise<Opened> {
    const asked = times
    if (isShut) throw new Error(shutMessage)
    held.add(order.grantId)
    try {
      const opened = await ask()
      if (asked === times) return opened
    } catch (error) {
      held.delete(order.grantId)
      throw error
    }
    await close(order.grantId)
    throw new Error(shutMessage)
  }

  async function close(grantId: string): Promise<void> {
    await gate.close(grantId)
    held.delete(grantId)
  }

  return {
    holds: (grantId) => held.has(grantId),
    open: (order) => under(order, () => gate.open(order)),
    ...(gate.prepare && {
      async prepare(order: GateOrder): Promise<ReadyWay | undefined> {
        const asked = times
        const way = await under(order, async () => await gate.prepare?.(order))
        if (way === undefined) {
          held.delete(order.grantId)
          return undefined
        }
        return {
          endpoints: way.endpoints,
          open() {
            if (asked !== times) throw new Error(shutMessage)
            way.open()
          },
        }
      },
    }),
    close,
    ...(gate.extend && { extend: async (grantId: string, endsInMs: number) => await gate.extend?.(grantId, endsInMs) }),
    list: () => gate.list(),
    traffic: (grantId) => gate.traffic(grantId),
    ...(gate.stop && { stop: async () => await gate.stop?.() }),
    async shut() {
      isShut = true
      times += 1
      const closing = [...held].map(close)
      // And what the gate knows of beside these, such as what the kernel kept through a crash.
      const others = (await gate.list()).filter((grantId) => !held.has(grantId))
      await Promise.all([...closing, ...others.map((grantId) => gate.close(grantId))])
    },
    unshut() {
      isShut = false
    },
  }
}
