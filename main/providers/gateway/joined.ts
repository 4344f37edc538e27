/**
 * The gateways that this console joined: a file of names, addresses and pins, and a key in the keychain for each. They become providers when the
 * console starts; nothing here waits for a network.
 */
import { join as joinPath } from 'node:path'
import { z } from 'zod'
import { decodeInvitation, type InvitationCode } from '../../../gateway/contract/invitationCode.ts'
import { Me } from '../../../gateway/contract/people.ts'
import { joinPath as joinRoute } from '../../../gateway/contract/proof.ts'
import { CallError } from '../../callError.ts'
import { openJsonStore } from '../../jsonStore.ts'
import type { Clock, Secrets } from '../../ports.ts'
import type { Providers } from '../ids.ts'
import { createClient } from './client.ts'
import { makeDeviceKey, openDevice } from './device.ts'
import { deviceKeyName, JoinedGateway, nextKeyName } from './joinedRecord.ts'
import { createNetwork, type NetworkTls } from './network.ts'
import { openRemote, type Remote } from './remote.ts'
import { readStatement } from './statement.ts'

export interface JoinedGateways {
  /** What the code says; asks nobody. Throws `invalidInput`. */
  preview(code: string): InvitationCode & { joinedAs?: string }
  /** Throws `invalidInput`, `conflict` gateway, `invitationRefused`, `gatewayUntrusted`, `offline`, `keychain`. */
  join(code: string): Promise<{ gatewayId: string }>
  leave(id: string): Promise<void>
  list(): Remote[]
  /** Throws `notFound`. */
  get(id: string): Remote
  /** Why the file could not be read. */
  readonly limit: string | undefined
}

export function createJoinedGateways(deps: {
  folder: string
  secrets: Secrets
  clock: Clock
  providers: Providers
  /** How gateways are reached (main/network), and certificates that this computer trusts. */
  tls?: NetworkTls
  changed: () => void
}): JoinedGateways {
  const { folder, secrets, clock, providers, tls = {}, changed } = deps
  const store = openJsonStore(joinPath(folder, 'gateways.json'), z.array(JoinedGateway), [])
  const remotes = new Map<string, Remote>()

  function start(record: JoinedGateway): void {
    const { id } = record
    const remote = openRemote({
      id,
      record: () => store.get().find((one) => one.id === id) ?? record,
      update: (next) => store.update((all) => all.map((one) => (one.id === id ? { ...one, ...next } : one))),
      secrets,
      clock,
      tls,
      changed,
    })
    remotes.set(id, remote)
    providers.add(remote.provider)
  }

  function preview(code: string): InvitationCode & { joinedAs?: string } {
    const invitation = decodeInvitation(code)
    if (invitation === undefined) throw new CallError({ tag: 'invalidInput', field: 'code', problem: 'badCode' })
    const known = store.get().find((one) => one.fingerprint === invitation.fingerprint)
    return { ...invitation, ...(known && { joinedAs: known.id }) }
  }

  /** The key is kept before it is told to anybody: if the answer is lost, the same key gets it again. */
  async function keyFor(id: string): Promise<string> {
    const kept = await secrets.read(deviceKeyName(id))
    if (kept !== undefined) return kept
    const made = makeDeviceKey()
    await secrets.write(deviceKeyName(id), made)
    return made
  }

  async function join(code: string): Promise<{ gatewayId: string }> {
    const { secret, fingerprint, pin, address, joinedAs, byAuthority = false } = preview(code)
    if (joinedAs !== undefined) throw new CallError({ tag: 'conflict', what: 'gateway' })
    const id = `g${fingerprint.replaceAll('-', '').slice(0, 16).toLowerCase()}`
    const device = openDevice(await keyFor(id))
    const pins = [Buffer.from(pin).toString('base64url')]
    const network = createNetwork({
      id,
      address,
      gateway: fingerprint,
      pins: () => pins,
      device: () => Promise.resolve(device),
      clock,
      tls,
      byAuthority: () => byAuthority,
      isFresh: true,
    })
    try {
      const ask = createClient({ id, url: `https://${address}`, fetch: network.fetch })
      const body = { secret: Buffer.from(secret).toString('base64url') }
      const me = await ask(Me, { method: 'POST', path: joinRoute, body, about: { what: 'gateway' } }).catch((error: unknown) => {
        throw error instanceof CallError && error.failure.tag === 'notKnown'
          ? new CallError({ tag: 'invitationRefused' }, { cause: error })
          : error
      })
      const statement = await readStatement(me.statement, fingerprint, device.thumbprint)
      if (statement === undefined) throw new CallError({ tag: 'gatewayUntrusted', provider: id, problem: 'otherKey' })
      const record = {
        id,
        name: statement.name,
        address,
        fingerprint,
        pins: statement.pins,
        ...(statement.byAuthority === true && { byAuthority: true }),
        personId: me.id,
        technician: me.name,
        roles: me.roles,
      }
      await store.update((all) => [...all.filter((one) => one.id !== id), record])
      start(record)
      changed()
      return { gatewayId: id }
    } finally {
      await network.close()
    }
  }

  for (const record of store.get()) start(record)

  return {
    preview,
    join,
    limit: store.limit,
    async leave(id) {
      if (!remotes.has(id)) throw new CallError({ tag: 'notFound', what: 'gateway' })
      await store.update((all) => all.filter((one) => one.id !== id))
      remotes.delete(id)
      await providers.remove(id)
      await secrets.forget(deviceKeyName(id))
      await secrets.forget(nextKeyName(id))
      changed()
    },
    list: () => [...remotes.values()],
    get(id) {
      const remote = remotes.get(id)
      if (!remote) throw new CallError({ tag: 'notFound', what: 'gateway' })
      return remote
    },
  }
}
