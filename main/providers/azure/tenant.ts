/** One tenant that this console is signed in to: its provider, how it is doing, and what only Azure offers. */
import type { AzureTenant } from '../../../preload/contract/azure.ts'
import type { Log } from '../../log.ts'
import type { Clock, Secrets } from '../../ports.ts'
import type { NetworkTls } from '../gateway/network.ts'
import { createApplication } from './application.ts'
import { createArm } from './arm.ts'
import type { Cloud } from './clouds.ts'
import { createCredential } from './credential.ts'
import { createAzureNetwork } from './network.ts'
import { openProvider, type AzureProvider } from './provider.ts'
import type { TenantRecord } from './record.ts'
import { createTokenCache } from './tokenCache.ts'

export interface OpenTenant {
  readonly provider: AzureProvider
  describe(): AzureTenant
  /** A person signed in again. Throws CallError `keychain`. */
  renew(tokens: string): Promise<void>
  forget(): Promise<void>
}

export function openTenant(deps: {
  record: () => TenantRecord
  update: (change: Partial<TenantRecord>) => void
  cloud: Cloud
  folder: string
  secrets: Secrets
  clock: Clock
  log: Log
  tls: NetworkTls
  sleep: (ms: number) => Promise<unknown>
  changed: () => void
}): OpenTenant {
  const { record, update, cloud, folder, secrets, clock, log, tls, sleep, changed } = deps
  const { id, name, tenantId, clientId } = record()
  const network = createAzureNetwork(id, tls, cloud.ca)
  const tokens = createTokenCache(id, secrets, (error) => log.warn({ provider: id, err: error }, 'tokens could not be kept'))
  const makeApplication = () => createApplication({ cloud, clientId, tenant: tenantId, network, plugin: tokens.plugin })
  let application = makeApplication()
  let state: AzureTenant['state'] = 'offline'

  function become(next: AzureTenant['state']): void {
    if (next === state) return
    state = next
    changed()
  }

  const credential = createCredential({
    id,
    cloud,
    tenantId,
    account: () => record().account,
    opened: () => application,
    signInNeeded: () => become('signInNeeded'),
    fault: () => network.signInFault,
    clock,
  })
  const arm = createArm({
    id,
    cloud,
    credential,
    httpClient: network.httpClient,
    sleep,
    clock,
    heard(isGood) {
      if (isGood) become('connected')
      // Whoever has to sign in has to do so with a network or without.
      else if (state !== 'signInNeeded') become('offline')
    },
  })
  const provider = openProvider({
    id,
    name,
    technician: record().account.username,
    arm,
    record,
    update,
    isOffline: () => state !== 'connected',
    usesProxy: () => network.usesProxy(cloud.resourceManager),
    folder,
    secrets,
    clock,
    log,
    sleep,
    close: () => network.close(),
  })

  return {
    provider,
    describe() {
      const { account, subscriptions, notLicensed, tooManySubscriptions } = record()
      return {
        id,
        name,
        tenantId,
        cloud: cloud.name,
        account: account.username,
        state,
        subscriptions,
        notLicensed,
        ...(tooManySubscriptions && { tooManySubscriptions }),
      }
    },
    async renew(kept) {
      await tokens.keep(kept)
      application = makeApplication()
      credential.distrust()
      arm.renew()
      become('connected')
      provider.signedIn()
    },
    async forget() {
      await tokens.forget()
    },
  }
}
