/** One gateway on the network that this console joined: its provider, how it is doing, and what only such a gateway offers: people. */
import { z } from 'zod'
import { Invited, Me, People, type ChangePerson, type Invite } from '../../../gateway/contract/people.ts'
import { apiHeader, judgeApi, parseApi } from '../../../gateway/contract/apiVersion.ts'
import type { FailureOf } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import { createPatience } from '../../network/patience.ts'
import type { Clock, Secrets } from '../../ports.ts'
import type { Provider } from '../provider.ts'
import { createGatewayChallenges } from './challenges.ts'
import { createClient, type Fetch } from './client.ts'
import { makeDeviceKey, openDevice, type Device } from './device.ts'
import { createGatewayEvents } from './events.ts'
import { deviceKeyName, nextKeyName, type JoinedGateway } from './joinedRecord.ts'
import { createNetwork, type NetworkTls } from './network.ts'
import { createGatewayProvider } from './provider.ts'
import { readStatement } from './statement.ts'

export interface Remote {
  readonly provider: Provider
  readonly record: JoinedGateway
  readonly state: 'connected' | 'offline' | 'untrusted' | 'notKnown'
  readonly readOnly: FailureOf<'readOnly'>['why'] | undefined
  /** This computer woke up, or its network is another one: what was connected is asked for anew. */
  wake(): void
  thumbprint(): Promise<string>
  people(): Promise<z.infer<typeof People>>
  invite(invite: Invite): Promise<z.infer<typeof Invited>>
  inviteConsole(personId: string): Promise<z.infer<typeof Invited>>
  withdrawInvitation(id: string): Promise<void>
  changePerson(id: string, change: ChangePerson): Promise<void>
  removeDeviceKey(id: string, thumbprint: string): Promise<void>
  renewDeviceKey(): Promise<void>
}

const Anything = z.looseObject({})
const person = { what: 'person' } as const

export function openRemote(deps: {
  id: string
  record: () => JoinedGateway
  update: (change: Partial<JoinedGateway>) => Promise<void>
  secrets: Secrets
  clock: Clock
  tls: NetworkTls
  changed: () => void
}): Remote {
  const { id, record, update, secrets, clock, tls, changed } = deps
  const { address, fingerprint, technician, name } = record()
  const url = `https://${address}`
  let state: Remote['state'] = 'offline'
  let readOnly: Remote['readOnly']
  let opened: Promise<Device> | undefined

  async function openKey(): Promise<Device> {
    const kept = await secrets.read(deviceKeyName(id))
    if (kept === undefined) throw new CallError({ tag: 'notKnown', provider: id })
    return openDevice(kept)
  }

  /** Read once: a keychain may ask the person each time. What failed is tried again. */
  function device(): Promise<Device> {
    opened ??= openKey().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }

  const network = createNetwork({
    id,
    address,
    gateway: fingerprint,
    pins: () => record().pins,
    device,
    clock,
    tls,
    byAuthority: () => record().byAuthority === true,
  })
  const patience = createPatience(clock)

  function become(next: Remote['state']): void {
    if (next === state) return
    state = next
    changed()
  }

  function hear(response: Response): void {
    const theirs = judgeApi(parseApi(response.headers.get(apiHeader)))
    const next = theirs === 'newer' ? 'gatewayNewer' : theirs === 'older' ? 'gatewayOlder' : undefined
    if (next === readOnly) return
    readOnly = next
    changed()
  }

  /** The answer to a renewal was lost, and the gateway took the new key: so does this console, for what it asks from now on. */
  async function adoptNextKey(): Promise<void> {
    const next = await secrets.read(nextKeyName(id))
    if (next === undefined) return
    await secrets.write(deviceKeyName(id), next)
    opened = Promise.resolve(openDevice(next))
    await secrets.forget(nextKeyName(id))
  }

  const fetch: Fetch = async (request) => {
    try {
      const response = await network.fetch(request)
      if (response.status === 401) await adoptNextKey().catch(() => undefined)
      become(response.status === 401 ? 'notKnown' : 'connected')
      // Whoever is refused is told nothing, versions neither.
      if (response.status !== 401) hear(response)
      return response
    } catch (error) {
      if (!request.signal.aborted) become(error instanceof CallError && error.failure.tag === 'gatewayUntrusted' ? 'untrusted' : 'offline')
      throw error
    }
  }

  const shared = { patience, readOnly: () => readOnly }
  const ask = createClient({ id, url, fetch, ...shared })

  /** Roles may have changed, and the pins to know the gateway by next time. */
  async function refresh(): Promise<void> {
    const me = await ask(Me, { method: 'GET', path: '/v1/me', about: person })
    const statement = await readStatement(me.statement, fingerprint, (await device()).thumbprint)
    if (statement === undefined) throw new CallError({ tag: 'badAnswer', provider: id })
    const { pins, byAuthority = false } = statement
    const before = record()
    if (JSON.stringify([before.pins, before.roles, before.byAuthority ?? false]) === JSON.stringify([pins, me.roles, byAuthority])) return
    await update({ pins, roles: me.roles, byAuthority })
    changed()
  }

  const refreshQuietly = () => void refresh().catch(() => undefined)
  const events = createGatewayEvents(url, fetch, refreshQuietly)
  events.listen((topic) => {
    if (topic !== 'people') return
    refreshQuietly()
    changed()
  })

  return {
    provider: createGatewayProvider({
      id,
      name,
      technician,
      url,
      fetch,
      ...shared,
      roles: () => record().roles,
      isOffline: () => state !== 'connected',
      onChange: (listener) => events.listen(listener),
      challenges: createGatewayChallenges(ask, { fingerprint, device, now: () => network.now() }),
      logKey: { fingerprint: () => Promise.resolve(fingerprint), whenLookedAt: false },
      async close() {
        events.close()
        await network.close()
      },
    }),
    get record() {
      return record()
    },
    get state() {
      return state
    },
    get readOnly() {
      return readOnly
    },
    wake() {
      network.reset()
      events.restart()
    },
    thumbprint: async () => (await device()).thumbprint,
    people: () => ask(People, { method: 'GET', path: '/v1/people', about: person }),
    invite: (body) => ask(Invited, { method: 'POST', path: '/v1/invitations', body, about: person }),
    inviteConsole: (personId) => ask(Invited, { method: 'POST', path: `${pathOf(personId)}/invitations`, about: person }),
    async withdrawInvitation(invitationId) {
      await ask(Anything, { method: 'DELETE', path: `/v1/invitations/${encodeURIComponent(invitationId)}`, about: person })
    },
    async changePerson(personId, body) {
      await ask(Anything, { method: 'PUT', path: pathOf(personId), body, about: person })
    },
    async removeDeviceKey(personId, thumbprint) {
      await ask(Anything, { method: 'DELETE', path: `${pathOf(personId)}/keys/${encodeURIComponent(thumbprint)}`, about: person })
    },
    async renewDeviceKey() {
      const path = '/v1/me/key'
      const made = makeDeviceKey()
      const next = openDevice(made)
      // The proof inside the body is not made again when it is refused, so what the gateway wants in it is asked for first.
      await refresh()
      // Kept beside the old one first: whichever of the two the gateway takes after a lost answer, this console has it.
      await secrets.write(nextKeyName(id), made)
      const body = { jwk: next.jwk, proof: await network.prove(next, path) }
      await ask(Anything, { method: 'POST', path, body, about: person })
      await secrets.write(deviceKeyName(id), made)
      opened = Promise.resolve(next)
      await secrets.forget(nextKeyName(id))
    },
  }
}

const pathOf = (personId: string) => `/v1/people/${encodeURIComponent(personId)}`
