/**
 * Who may use this gateway: people with roles, and the keys of their consoles (DESIGN 5, Identity). Every change and its audit event are one
 * transaction. There is always somebody who may administer the gateway.
 */
import type { Transaction } from 'kysely'
import type { Role } from '../api.ts'
import { writeEvents } from '../auditLog.ts'
import type { ChangePerson, Invitation, Person } from '../contract/people.ts'
import { thumbprintOf } from '../contract/proof.ts'
import type { DeviceJwk } from '../contract/proof.ts'
import { GatewayProblem } from '../problems.ts'
import type { Store } from '../store/database.ts'
import type { PersonRow, Tables } from '../store/tables.ts'
import { rolesOf, rolesText, toInvitation, toPerson } from './personRow.ts'

/** Somebody whose key is taken. */
export interface Known {
  personId: string
  name: string
  roles: Role[]
  thumbprint: string
  /** The public key, base64url. */
  x: string
}

export interface People {
  /** Whose key this is; undefined when it is nobody's, or somebody's who was disabled. */
  find(thumbprint: string): Promise<Known | undefined>
  list(): Promise<{ people: Person[]; invitations: Invitation[] }>
  /** Throws `notFound`, `lastAdmin`. Before it answers, disabling ends all that the person has open (F-57), and other roles what they may not have. */
  change(actor: string, id: string, change: ChangePerson): Promise<Person>
  /** Throws `notFound`. What was opened with the key stays open: it is the person's. */
  removeKey(actor: string, id: string, thumbprint: string): Promise<void>
  /** The new key takes the place of the one that asked for it. Throws `exists` when it is known already. */
  replaceKey(actor: string, thumbprint: string, jwk: DeviceJwk): Promise<void>
  /** Ends what a person has open, if the person is disabled: for what was under way at that moment. */
  endIfDisabled(known: Known): Promise<boolean>
}

/** `endGrantsOf` ends all grants of a person by name; `narrowGrantsOf` those that these roles may not have. Neither rejects. */
export function createPeople(parts: {
  store: Store
  now: () => number
  endGrantsOf: (name: string, actor: string) => Promise<void>
  narrowGrantsOf: (name: string, roles: readonly Role[], actor: string) => Promise<void>
  onChange: () => void
}): People {
  const { store, now, endGrantsOf, narrowGrantsOf, onChange } = parts

  async function change(actor: string, id: string, { roles, disabled }: ChangePerson): Promise<Person> {
    const person = await store.transaction().execute(async (tx) => {
      const before = await personIn(tx, id)
      const isDisabled = disabled ?? before.disabledAt !== null
      const after: PersonRow = {
        ...before,
        roles: roles === undefined ? before.roles : rolesText(roles),
        disabledAt: isDisabled ? (before.disabledAt ?? now()) : null,
      }
      await tx.updateTable('people').set({ roles: after.roles, disabledAt: after.disabledAt }).where('id', '=', id).execute()
      await refuseWithoutAdmin(tx)
      const event = { actor, outcome: 'ok' as const, detail: { person: before.name } }
      const events = []
      if (after.roles !== before.roles) {
        const detail = { person: before.name, from: rolesOf(before).join(', '), to: rolesOf(after).join(', ') }
        events.push({ ...event, action: 'person.rolesChanged', detail })
      }
      if ((after.disabledAt === null) !== (before.disabledAt === null)) {
        events.push({ ...event, action: isDisabled ? 'person.disabled' : 'person.enabled' })
      }
      await writeEvents(tx, now(), events)
      return await personWithKeys(tx, after)
    })
    if (person.disabledAt !== undefined) await endGrantsOf(person.name, actor)
    else if (roles !== undefined) await narrowGrantsOf(person.name, person.roles, actor)
    onChange()
    return person
  }

  return {
    async find(thumbprint) {
      const row = await store
        .selectFrom('deviceKeys')
        .innerJoin('people', 'people.id', 'deviceKeys.personId')
        .select(['people.id', 'people.name', 'people.roles', 'deviceKeys.x'])
        .where('deviceKeys.thumbprint', '=', thumbprint)
        .where('people.disabledAt', 'is', null)
        .executeTakeFirst()
      return row && { personId: row.id, name: row.name, roles: rolesOf(row), thumbprint, x: row.x }
    },
    async list() {
      const people = await store.selectFrom('people').selectAll().orderBy('identity').execute()
      const keys = await store.selectFrom('deviceKeys').selectAll().orderBy('addedAt').execute()
      const open = await store
        .selectFrom('invitations')
        .selectAll()
        .where('usedAt', 'is', null)
        .where('expiresAt', '>', now())
        .orderBy('createdAt', 'desc')
        .execute()
      const keysOf = Map.groupBy(keys, (key) => key.personId)
      return { people: people.map((row) => toPerson(row, keysOf.get(row.id) ?? [])), invitations: open.map(toInvitation) }
    },
    change,
    async removeKey(actor, id, thumbprint) {
      await store.transaction().execute(async (tx) => {
        const person = await personIn(tx, id)
        const removed = await tx.deleteFrom('deviceKeys').where('personId', '=', id).where('thumbprint', '=', thumbprint).executeTakeFirst()
        if (removed.numDeletedRows === 0n) throw new GatewayProblem('notFound', { field: 'thumbprint' })
        await refuseWithoutAdmin(tx)
        const detail = { person: person.name, key: thumbprint }
        await writeEvents(tx, now(), [{ actor, action: 'person.keyRemoved', outcome: 'ok', detail }])
      })
      onChange()
    },
    async replaceKey(actor, replaced, jwk) {
      const thumbprint = thumbprintOf(jwk)
      await store.transaction().execute(async (tx) => {
        const other = await tx.selectFrom('deviceKeys').select('personId').where('thumbprint', '=', thumbprint).executeTakeFirst()
        if (other !== undefined) throw new GatewayProblem('exists', { field: 'jwk' })
        await tx.updateTable('deviceKeys').set({ thumbprint, x: jwk.x, addedAt: now() }).where('thumbprint', '=', replaced).execute()
        const detail = { from: replaced, to: thumbprint }
        await writeEvents(tx, now(), [{ actor, action: 'person.keyReplaced', outcome: 'ok', detail }])
      })
      onChange()
    },
    async endIfDisabled(known) {
      const row = await store.selectFrom('people').select('disabledAt').where('id', '=', known.personId).executeTakeFirst()
      if (row?.disabledAt === null) return false
      await endGrantsOf(known.name, known.name)
      return true
    },
  }
}

async function personIn(tx: Transaction<Tables>, id: string): Promise<PersonRow> {
  const row = await tx.selectFrom('people').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new GatewayProblem('notFound', { field: 'personId' })
  return row
}

async function personWithKeys(tx: Transaction<Tables>, row: PersonRow): Promise<Person> {
  return toPerson(row, await tx.selectFrom('deviceKeys').selectAll().where('personId', '=', row.id).orderBy('addedAt').execute())
}

/** Somebody must be left who may administer and who has a key to do it with. Checked after the change, whose transaction then falls. */
async function refuseWithoutAdmin(tx: Transaction<Tables>): Promise<void> {
  const able = await tx
    .selectFrom('people')
    .select('roles')
    .where('disabledAt', 'is', null)
    .where((has) => has.exists(has.selectFrom('deviceKeys').select('thumbprint').whereRef('deviceKeys.personId', '=', 'people.id')))
    .execute()
  if (!able.some((row) => rolesOf(row).includes('gatewayAdmin'))) throw new GatewayProblem('lastAdmin')
}
