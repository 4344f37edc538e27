/**
 * What becomes of a request: answered as before where its key was, refused, waiting for approvers, or open. Where the gate can be made ready, what is
 * asked for, judged and opened is one transaction: the grant is on the disk before the gate lets anything through, and is answered at once after.
 */
import { hash, randomUUID } from 'node:crypto'
import type { Caller, Grant, GrantRequest } from './api.ts'
import { gatewayActor } from './auditLog.ts'
import { canonicalJson } from './canonicalJson.ts'
import type { GrantParts } from './grants.ts'
import type { GrantViews } from './grantViews.ts'
import { writeBegun } from './opening.ts'
import type { Asked, Begun, MakeReady } from './opening.ts'
import type { Openings } from './openings.ts'
import { GatewayProblem } from './problems.ts'
import type { GrantRow } from './store/tables.ts'

/**
 * `isNew` is false when this key was answered before: then it is that grant, as it is now. A request that was refused left no grant, so its
 * key can be used again, after JIT was turned on for instance.
 */
export type RequestGrant = (caller: Caller, key: string, input: GrantRequest) => Promise<{ grant: Grant; isNew: boolean }>

export function createRequests(parts: GrantParts, views: GrantViews, openings: Openings): RequestGrant {
  const { store, gate, clock, deadlines, lapses, endings, onChange } = parts
  /** Requests being worked on: key to hash. */
  const inFlight = new Map<string, string>()

  async function answer(asked: Asked): Promise<{ grant: Grant; isNew: boolean }> {
    const { id, caller } = asked
    const begun = await begin(asked)
    if (begun.is === 'known') return { grant: await answerAgain(begun.row, asked), isNew: false }
    onChange()
    if (begun.is === 'refused') throw begun.problem
    const { row, machine, way } = begun
    if (row.lapsesAt !== null) {
      lapses.set(id, row.lapsesAt - clock.now())
      return { grant: views.show(begun, caller), isNew: true }
    }
    if (way === undefined) return { grant: views.show(await openings.open(row, machine), caller), isNew: true }
    // Nobody waits between here and the answer: what ends the grant from now on finds it open.
    await openings.openReady(row, way)
    return { grant: views.show(begun, caller), isNew: true }
  }

  async function begin(asked: Asked): Promise<Begun> {
    let isReady = false
    // What cannot be made ready is asked in the long way, which writes down what became of it.
    const makeReady: MakeReady = async (order) => {
      const way = await gate.prepare?.(order).catch(() => undefined)
      isReady = way !== undefined
      return way
    }
    try {
      return await store.transaction().execute(async (tx) => {
        const begun = await writeBegun(clock, makeReady, tx, asked)
        // Set before the disk is waited for: however long that takes, the gate cannot be open for longer than the window.
        if (begun.is === 'begun' && isReady) deadlines.set(asked.id, (begun.row.endsAt ?? 0) - clock.now())
        return begun
      })
    } catch (error) {
      // What cannot be written must not stay ready (F-63).
      if (isReady) await openings.finish(asked.id, 'gateFailed', gatewayActor)
      throw error
    }
  }

  async function answerAgain(known: GrantRow, { caller, hash: asked }: Asked): Promise<Grant> {
    if (known.requestHash !== asked) throw new GatewayProblem('keyReused')
    if ((known.closeReason ?? endings.reasonOf(known.id)) === 'gateFailed') throw new GatewayProblem('gateFailed')
    return await views.get(known.id, caller)
  }

  return async (caller, key, input) => {
    const asked = { id: randomUUID(), caller, key, hash: hash('sha256', canonicalJson(input)), input }
    const flight = `${key} ${caller.technician}`
    const working = inFlight.get(flight)
    if (working !== undefined) throw new GatewayProblem(working === asked.hash ? 'inProgress' : 'keyReused')
    inFlight.set(flight, asked.hash)
    try {
      return await answer(asked)
    } finally {
      inFlight.delete(flight)
    }
  }
}
