/**
 * Invitations: a one-time secret lets one person in, or one more console of a person. Only the secret's hash is kept, so the store can let nobody
 * in. A secret that was used is answered again to the same key alone: the first answer may have been lost.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import { writeEvents } from '../auditLog.ts'
import type { Invite } from '../contract/people.ts'
import { thumbprintOf } from '../contract/proof.ts'
import type { DeviceJwk } from '../contract/proof.ts'
import { parseDuration } from '../durations.ts'
import { GatewayProblem } from '../problems.ts'
import type { Store } from '../store/database.ts'
import type { InvitationRow, Tables } from '../store/tables.ts'
import { identityOf, toPersonName } from './personName.ts'
import type { Known } from './people.ts'
import { rolesOf, rolesText } from './personRow.ts'

const longestMs = 7 * 24 * 3600 * 1000
const usualMs = 3 * 24 * 3600 * 1000

export interface Invitations {
  /** Throws `invalidInput` (name, validFor), `exists` when somebody has the name or is invited under it. The secret is in this answer alone. */
  invite(actor: string, invite: Invite): Promise<{ id: string; secret: Uint8Array; expiresAt: string }>
  /** For one more console of this person. Throws `notFound`. */
  inviteConsole(actor: string, personId: string): Promise<{ id: string; secret: Uint8Array; expiresAt: string }>
  /** Throws `notFound`. */
  withdraw(actor: string, id: string): Promise<void>
  /** Lets the holder of the key in; undefined when the secret is none of ours, was used by another key, is too old or withdrawn. */
  join(secret: Uint8Array, jwk: DeviceJwk): Promise<Known | undefined>
  /** Whether nobody was ever let in. */
  nobodyIsIn(): Promise<boolean>
}

export function createInvitations({ store, now, onChange }: { store: Store; now: () => number; onChange: () => void }): Invitations {
  async function add(tx: Transaction<Tables>, actor: string, who: Pick<InvitationRow, 'name' | 'roles' | 'personId'>, validMs: number) {
    const secret = randomBytes(16)
    const at = now()
    const row: InvitationRow = {
      id: randomUUID(),
      secretHash: hashOf(secret),
      identity: identityOf(who.name),
      ...who,
      createdBy: actor,
      createdAt: at,
      expiresAt: at + validMs,
      usedAt: null,
      usedBy: null,
    }
    await tx.insertInto('invitations').values(row).execute()
    const expiresAt = new Date(row.expiresAt).toISOString()
    const detail = { person: who.name, roles: rolesOf(who).join(', '), until: expiresAt }
    await writeEvents(tx, at, [{ actor, action: 'person.invited', outcome: 'ok', detail }])
    return { id: row.id, secret, expiresAt }
  }

  async function redeem(tx: Transaction<Tables>, row: InvitationRow, jwk: DeviceJwk): Promise<void> {
    const at = now()
    const thumbprint = thumbprintOf(jwk)
    const personId = row.personId ?? randomUUID()
    if (row.personId === null) {
      const person = { id: personId, name: row.name, identity: row.identity, roles: row.roles, createdAt: at, disabledAt: null }
      await tx.insertInto('people').values(person).execute()
    }
    await tx.insertInto('deviceKeys').values({ thumbprint, personId, x: jwk.x, addedAt: at }).execute()
    await tx.updateTable('invitations').set({ usedAt: at, usedBy: thumbprint }).where('id', '=', row.id).execute()
    const detail = { key: thumbprint, invitedBy: row.createdBy }
    await writeEvents(tx, at, [{ actor: row.name, action: 'person.joined', outcome: 'ok', detail }])
  }

  return {
    async invite(actor, { name: text, roles, validFor }) {
      const name = toPersonName(text)
      if (name === undefined) throw new GatewayProblem('invalidInput', { field: 'name', reason: 'badName' })
      const validMs = validFor === undefined ? usualMs : parseDuration(validFor)
      if (validMs === undefined || validMs > longestMs)
        throw new GatewayProblem('invalidInput', { field: 'validFor', reason: 'badDuration' })
      const invited = await store.transaction().execute(async (tx) => {
        const identity = identityOf(name)
        const person = await tx.selectFrom('people').select('id').where('identity', '=', identity).executeTakeFirst()
        const other = await openIn(tx, now()).where('identity', '=', identity).executeTakeFirst()
        if (person !== undefined || other !== undefined) throw new GatewayProblem('exists', { field: 'name' })
        return await add(tx, actor, { name, roles: rolesText(roles), personId: null }, validMs)
      })
      onChange()
      return invited
    },
    async inviteConsole(actor, personId) {
      const invited = await store.transaction().execute(async (tx) => {
        const person = await tx.selectFrom('people').selectAll().where('id', '=', personId).executeTakeFirst()
        if (person === undefined) throw new GatewayProblem('notFound', { field: 'personId' })
        return await add(tx, actor, { name: person.name, roles: person.roles, personId }, usualMs)
      })
      onChange()
      return invited
    },
    async withdraw(actor, id) {
      await store.transaction().execute(async (tx) => {
        const row = await openIn(tx, now()).where('id', '=', id).executeTakeFirst()
        if (row === undefined) throw new GatewayProblem('notFound', { field: 'invitationId' })
        await tx.deleteFrom('invitations').where('id', '=', id).execute()
        await writeEvents(tx, now(), [{ actor, action: 'person.invitationWithdrawn', outcome: 'ok', detail: { person: row.name } }])
      })
      onChange()
    },
    async join(secret, jwk) {
      const thumbprint = thumbprintOf(jwk)
      const joined = await store.transaction().execute(async (tx) => {
        const row = await tx.selectFrom('invitations').selectAll().where('secretHash', '=', hashOf(secret)).executeTakeFirst()
        if (row === undefined) return undefined
        const known = await tx.selectFrom('deviceKeys').select('personId').where('thumbprint', '=', thumbprint).executeTakeFirst()
        const isAgain = row.usedBy === thumbprint && known !== undefined
        if (!isAgain && (row.usedAt !== null || row.expiresAt <= now() || known !== undefined)) return undefined
        if (!isAgain) await redeem(tx, row, jwk)
        return await tx
          .selectFrom('people')
          .innerJoin('deviceKeys', 'deviceKeys.personId', 'people.id')
          .select(['people.id', 'people.name', 'people.roles'])
          .where('deviceKeys.thumbprint', '=', thumbprint)
          .where('people.disabledAt', 'is', null)
          .executeTakeFirst()
      })
      if (joined === undefined) return undefined
      onChange()
      return { personId: joined.id, name: joined.name, roles: rolesOf(joined), thumbprint, x: jwk.x }
    },
    async nobodyIsIn() {
      return (await store.selectFrom('people').select('id').limit(1).executeTakeFirst()) === undefined
    },
  }
}

/** Those that can still be used. */
function openIn(tx: Transaction<Tables>, nowMs: number) {
  return tx.selectFrom('invitations').selectAll().where('usedAt', 'is', null).where('expiresAt', '>', nowMs)
}

function hashOf(secret: Uint8Array): string {
  return createHash('sha256').update(secret).digest('hex')
}
