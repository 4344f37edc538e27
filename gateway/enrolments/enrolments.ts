/**
 * Which machines speak for themselves: a one-time code enrols the key of a machine's agent (GTW-3). Only the code's hash is kept, so the store can let
 * nobody in. A machine has one key in use at most; a new one takes the place of the old.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import { agentActor, writeEvents } from '../auditLog.ts'
import type { AgentReport } from '../contract/challenges.ts'
import { thumbprintOf } from '../contract/proof.ts'
import type { DeviceJwk } from '../contract/proof.ts'
import { touchMachines } from '../machineRow.ts'
import { supportOf } from '../policy.ts'
import { GatewayProblem } from '../problems.ts'
import type { Store } from '../store/database.ts'
import type { MachineRow, Tables } from '../store/tables.ts'
import { factsWith } from './agentRow.ts'
import { writeReport } from './reports.ts'

export const enrolmentMs = 24 * 3600 * 1000

/** A machine whose agent's key is taken. */
export interface KnownMachine {
  machineId: string
  name: string
  thumbprint: string
  /** The public key, base64url. */
  x: string
}

export interface Enrolments {
  /** The code's secret is in this answer alone, and takes the place of any before it. Throws `notFound`, `unsupported`. */
  make(actor: string, machineId: string): Promise<{ secret: Uint8Array; expiresAt: string }>
  /** undefined when the secret is none of ours, was used by another key, or is too old. Throws `unsupported` where the report says so. */
  enrol(secret: Uint8Array, jwk: DeviceJwk, report: AgentReport): Promise<KnownMachine | undefined>
  /** Whose key this is; undefined when it is nobody's, or was revoked. */
  find(thumbprint: string): Promise<KnownMachine | undefined>
  /** The agent's key is not taken any more. Throws `notFound` when there is none. */
  revoke(actor: string, machineId: string): Promise<void>
}

/** `endSignIns` ends what waits at these machines; it never rejects. */
export function createEnrolments(parts: {
  store: Store
  now: () => number
  endSignIns: (machineIds: readonly string[], actor: string) => Promise<void>
  onChange: () => void
}): Enrolments {
  const { store, now, endSignIns, onChange } = parts

  async function machineOf(thumbprint: string, db: Store | Transaction<Tables> = store): Promise<KnownMachine | undefined> {
    const row = await db
      .selectFrom('machineKeys')
      .innerJoin('machines', 'machines.id', 'machineKeys.machineId')
      .select(['machines.id', 'machines.name', 'machineKeys.x'])
      .where('machineKeys.thumbprint', '=', thumbprint)
      .where('machineKeys.revokedAt', 'is', null)
      .executeTakeFirst()
    return row && { machineId: row.id, name: row.name, thumbprint, x: row.x }
  }

  return {
    async make(actor, machineId) {
      const secret = randomBytes(16)
      const atMs = now()
      const expiresAt = new Date(atMs + enrolmentMs).toISOString()
      await store.transaction().execute(async (tx) => {
        const machine = await machineIn(tx, machineId)
        const reason = supportOf(machine.os, JSON.parse(factsWith(machine.facts, undefined)))
        if (reason !== undefined) throw new GatewayProblem('unsupported', { reason })
        await tx.deleteFrom('enrolments').where('machineId', '=', machineId).where('usedBy', 'is', null).execute()
        const row = {
          secretHash: hashOf(secret),
          machineId,
          createdBy: actor,
          createdAt: atMs,
          expiresAt: atMs + enrolmentMs,
          usedBy: null,
        }
        await tx.insertInto('enrolments').values(row).execute()
        await writeEvents(tx, atMs, [{ actor, action: 'machine.enrolmentMade', outcome: 'ok', machine, detail: { until: expiresAt } }])
      })
      onChange()
      return { secret, expiresAt }
    },
    async enrol(secret, jwk, report) {
      const thumbprint = thumbprintOf(jwk)
      const enrolled = await store.transaction().execute(async (tx) => {
        const atMs = now()
        const code = await tx.selectFrom('enrolments').selectAll().where('secretHash', '=', hashOf(secret)).executeTakeFirst()
        const machine = code && (await tx.selectFrom('machines').selectAll().where('id', '=', code.machineId).executeTakeFirst())
        if (code === undefined || machine === undefined) return undefined
        const known = await tx.selectFrom('machineKeys').selectAll().where('thumbprint', '=', thumbprint).executeTakeFirst()
        // The answer may have been lost.
        if (code.usedBy === thumbprint) return await machineOf(thumbprint, tx)
        if (code.usedBy !== null || code.expiresAt <= atMs || known !== undefined) return undefined
        const reason = supportOf(machine.os, JSON.parse(factsWith(machine.facts, report)))
        if (reason !== undefined) throw new GatewayProblem('unsupported', { reason })
        await tx
          .updateTable('machineKeys')
          .set({ revokedAt: atMs })
          .where('machineId', '=', machine.id)
          .where('revokedAt', 'is', null)
          .execute()
        await tx
          .insertInto('machineKeys')
          .values({ thumbprint, machineId: machine.id, x: jwk.x, enrolledAt: atMs, revokedAt: null })
          .execute()
        await tx.updateTable('enrolments').set({ usedBy: thumbprint }).where('secretHash', '=', code.secretHash).execute()
        await writeReport(tx, machine.id, report, atMs)
        const detail = { key: thumbprint, enrolledBy: code.createdBy, agentVersion: report.agentVersion, hostName: report.hostName }
        await writeEvents(tx, atMs, [{ actor: agentActor, action: 'machine.enrolled', outcome: 'ok', machine, detail }])
        return { machineId: machine.id, name: machine.name, thumbprint, x: jwk.x }
      })
      if (enrolled !== undefined) onChange()
      return enrolled
    },
    find: (thumbprint) => machineOf(thumbprint),
    async revoke(actor, machineId) {
      await store.transaction().execute(async (tx) => {
        const machine = await machineIn(tx, machineId)
        const revoked = await revokeKeys(tx, [machineId], now())
        if (revoked === 0) throw new GatewayProblem('notFound', { field: 'agent' })
        await tx
          .updateTable('machines')
          .set({ facts: factsWith(machine.facts, undefined) })
          .where('id', '=', machineId)
          .execute()
        await touchMachines(tx, [machineId])
        await writeEvents(tx, now(), [{ actor, action: 'machine.agentRevoked', outcome: 'ok', machine }])
      })
      await endSignIns([machineId], actor)
      onChange()
    },
  }
}

/** Takes these machines' keys and codes out of use. In the caller's transaction. Answers how many keys there were. */
export async function revokeKeys(tx: Transaction<Tables>, machineIds: readonly string[], atMs: number): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('machineKeys')
    .set({ revokedAt: atMs })
    .where('machineId', 'in', machineIds)
    .where('revokedAt', 'is', null)
    .executeTakeFirst()
  await tx.deleteFrom('enrolments').where('machineId', 'in', machineIds).where('usedBy', 'is', null).execute()
  await tx.deleteFrom('agents').where('machineId', 'in', machineIds).execute()
  return Number(numUpdatedRows)
}

async function machineIn(tx: Transaction<Tables>, id: string): Promise<MachineRow> {
  const row = await tx.selectFrom('machines').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new GatewayProblem('notFound', { field: 'machineId' })
  return row
}

function hashOf(secret: Uint8Array): string {
  return createHash('sha256').update(secret).digest('hex')
}
