/**
 * The Azure tenants that this console is signed in to: a file of names, and tokens in the keychain for each. They become providers when the console starts;
 * nothing here waits for a network.
 */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { AzureDiagnosis, AzurePolicyPreview, AzureSignIn, AzureTenant, PortRule } from '../../../preload/contract.ts'
import type { azureCalls } from '../../../preload/contract/azure.ts'
import { CallError } from '../../callError.ts'
import { openJsonStore } from '../../jsonStore.ts'
import type { Log } from '../../log.ts'
import type { Clock, Desktop, Secrets } from '../../ports.ts'
import type { NetworkTls } from '../gateway/network.ts'
import type { Providers } from '../ids.ts'
import { activityFile, activityKeyName } from './activity.ts'
import { createApplication } from './application.ts'
import { attemptsFile } from './attempts.ts'
import { openClouds, type Cloud } from './clouds.ts'
import { createAzureNetwork } from './network.ts'
import { TenantRecord, tenantRecordId } from './record.ts'
import { beginSignIn, type SignedIn, type SignIn } from './signIn.ts'
import { openTenant, type OpenTenant } from './tenant.ts'
import { listTenants } from './tenantList.ts'

export interface AzureTenants {
  list(): AzureTenant[]
  /** Resolves when there is something to show. Throws CallError notFound (gateway), file (azure-cloud.json). */
  beginSignIn(input: z.input<(typeof azureCalls)['azure.beginSignIn']['input']>): Promise<{ signInId: string }>
  /** Throws CallError notFound (call). */
  signIn(signInId: string): AzureSignIn
  chooseTenant(signInId: string, tenantId: string): Promise<void>
  cancelSignIn(signInId: string): Promise<void>
  /** Takes the tokens out of the keychain, the provider away, and what was kept of it. Throws CallError notFound (gateway), keychain. */
  signOut(id: string): Promise<void>
  diagnose(id: string): Promise<AzureDiagnosis>
  /** With the provider's own machine ids; the answer has the console's. */
  previewPolicies(id: string, machineIds: string[], rules: PortRule[] | 'defaults'): Promise<AzurePolicyPreview>
  /** Why a file could not be read. */
  readonly limit: string | undefined
  /** Ends what is under way. The providers are closed by whoever closes all of them. */
  close(): Promise<void>
}

const mostSignIns = 20

export function createAzure(deps: {
  folder: string
  secrets: Secrets
  clock: Clock
  log: Log
  providers: Providers
  /** How Azure is reached (main/network): proxies, and certificates that this computer trusts. */
  tls?: NetworkTls
  desktop: Pick<Desktop, 'openWebPage'>
  changed: () => void
}): AzureTenants {
  const { folder, secrets, clock, log, providers, tls = {}, desktop, changed } = deps
  const clouds = openClouds(folder)
  const store = openJsonStore(join(folder, 'azure-tenants.json'), z.array(TenantRecord), [])
  const tenants = new Map<string, OpenTenant>()
  const signIns = new Map<string, SignIn>()

  function cloudOf(name: Cloud['name']): Cloud {
    const cloud = clouds.cloud(name)
    if (!cloud) throw new CallError({ tag: 'file', path: join(folder, 'azure-cloud.json'), problem: 'unknownFormat' })
    return cloud
  }

  function open(first: TenantRecord): OpenTenant | undefined {
    const cloud = clouds.cloud(first.cloud)
    // Told as a limit.
    if (!cloud) return undefined
    const { id } = first
    const record = () => store.get().find((one) => one.id === id) ?? first
    return openTenant({
      record,
      update(change) {
        const before = record()
        if (JSON.stringify({ ...before, ...change }) === JSON.stringify(before)) return
        store
          .update((all) => all.map((one) => (one.id === id ? { ...one, ...change } : one)))
          .then(changed, (error: unknown) => log.warn({ provider: id, err: error }, 'a tenant could not be written down'))
      },
      cloud,
      folder,
      secrets,
      clock,
      log,
      tls,
      sleep: (ms) => pause(ms, undefined, { ref: false }),
      changed,
    })
  }

  /** Whatever is a provider is asked at once. */
  function add(tenant: OpenTenant): void {
    tenants.set(tenant.provider.id, tenant)
    providers.add(tenant.provider)
  }

  async function keep(cloud: Cloud, clientId: string, { tenant, account, tokens }: SignedIn): Promise<string> {
    const id = tenantRecordId(cloud.name, tenant.tenantId, account.homeAccountId)
    const { homeAccountId, environment, localAccountId, username } = account
    const record: TenantRecord = {
      subscriptions: 0,
      notLicensed: [],
      ...store.get().find((one) => one.id === id),
      id,
      name: tenant.name,
      tenantId: tenant.tenantId,
      cloud: cloud.name,
      clientId,
      account: { homeAccountId, environment, localAccountId, username, tenantId: tenant.tenantId },
    }
    const known = tenants.get(id)
    await store.update((all) => [...all.filter((one) => one.id !== id), record])
    const opened = known ?? begin(record)
    try {
      await opened.renew(tokens)
    } catch (error) {
      // Nothing is kept elsewhere than in the keychain, so there is nothing to start with.
      if (!known) {
        await opened.provider.close()
        await forget(id)
      }
      throw error
    }
    // Not before its tokens are in the keychain: it would be asked without any, and take itself for signed out.
    if (!known) add(opened)
    changed()
    return id
  }

  function begin(record: TenantRecord): OpenTenant {
    const opened = open(record)
    if (!opened) throw new CallError({ tag: 'notFound', what: 'gateway' })
    return opened
  }

  async function forget(id: string): Promise<void> {
    tenants.delete(id)
    await providers.remove(id)
    await store.update((all) => all.filter((one) => one.id !== id))
    await secrets
      .forget(activityKeyName(id))
      .catch((error: unknown) => log.warn({ provider: id, err: error }, 'a key could not be forgotten'))
    for (const file of [attemptsFile(folder, id), activityFile(folder, id)]) await rm(file, { force: true })
  }

  function get(id: string): OpenTenant {
    const tenant = tenants.get(id)
    if (!tenant) throw new CallError({ tag: 'notFound', what: 'gateway' })
    return tenant
  }

  function signInOf(signInId: string): SignIn {
    const signIn = signIns.get(signInId)
    if (!signIn) throw new CallError({ tag: 'notFound', what: 'call' })
    return signIn
  }

  for (const record of store.get()) {
    const tenant = open(record)
    if (tenant) add(tenant)
  }

  return {
    limit: store.limit ?? clouds.limit,
    list: () => [...tenants.values()].map((tenant) => tenant.describe()),
    async beginSignIn({ cloud: cloudName, way, tenant, clientId, again }) {
      const renewed = again === undefined ? undefined : store.get().find((one) => one.id === again)
      if (again !== undefined && !renewed) throw new CallError({ tag: 'notFound', what: 'gateway' })
      const cloud = cloudOf(renewed?.cloud ?? cloudName)
      const client = renewed?.clientId ?? clientId ?? cloud.clientId
      const wanted = renewed?.tenantId ?? (tenant === '' ? undefined : tenant)
      const network = createAzureNetwork(cloud.name, tls, cloud.ca)
      const signIn = await beginSignIn({
        cloud,
        application: createApplication({ cloud, clientId: client, tenant: wanted ?? 'organizations', network }),
        way,
        tenant: wanted,
        loginHint: renewed?.account.username,
        desktop,
        tenantsOf: (token) => listTenants(cloud, network, token),
        isSignedIn: (tenantId, homeAccountId) => tenants.has(tenantRecordId(cloud.name, tenantId, homeAccountId)),
        keep: (signedIn) => keep(cloud, client, signedIn),
        unexpected: (error) => log.warn({ cloud: cloud.name, err: error }, 'a sign-in to Azure failed'),
        fault: () => network.signInFault,
        ended: () => network.close(),
      })
      const signInId = randomUUID()
      signIns.set(signInId, signIn)
      const [oldest] = signIns.keys()
      if (signIns.size > mostSignIns && oldest !== undefined) signIns.delete(oldest)
      return { signInId }
    },
    signIn: (signInId) => signInOf(signInId).state(),
    async chooseTenant(signInId, tenantId) {
      signInOf(signInId).chooseTenant(tenantId)
    },
    async cancelSignIn(signInId) {
      signInOf(signInId).cancel()
    },
    async signOut(id) {
      const tenant = get(id)
      // First of all: what cannot be taken out of the keychain is not told to be gone.
      await tenant.forget()
      await forget(id)
      changed()
    },
    diagnose: (id) => get(id).provider.diagnose(),
    previewPolicies: (id, machineIds, rules) => get(id).provider.previewPolicies(machineIds, rules),
    async close() {
      for (const signIn of signIns.values()) signIn.cancel()
      await store.settled()
    },
  }
}
