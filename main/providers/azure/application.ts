/** The sign-in library, set up for a cloud: a public client that takes claims challenges, and asks by our own network. */
import { PublicClientApplication, type AccountInfo, type ICachePlugin } from '@azure/msal-node'
import type { Cloud } from './clouds.ts'
import type { AzureNetwork } from './network.ts'

/** `tenant`: an id or a domain; "organizations" where the person is to say which. */
export function createApplication(options: {
  cloud: Cloud
  clientId: string
  tenant: string
  network: Pick<AzureNetwork, 'signInClient'>
  plugin?: ICachePlugin
}): PublicClientApplication {
  const { cloud, clientId, tenant, network, plugin } = options
  return new PublicClientApplication({
    auth: {
      clientId,
      authority: authorityOf(cloud, tenant),
      // Continuous access evaluation: Azure may ask for a new token with claims at any time.
      clientCapabilities: ['CP1'],
      ...(cloud.isPrivate && { knownAuthorities: [new URL(cloud.authority).host] }),
    },
    system: { networkClient: network.signInClient, loggerOptions: { piiLoggingEnabled: false } },
    ...(plugin && { cache: { cachePlugin: plugin } }),
  })
}

export const authorityOf = (cloud: Cloud, tenant: string) => `${cloud.authority}/${encodeURIComponent(tenant)}`

export const scopesOf = (cloud: Cloud) => [`${cloud.resourceManager}/.default`]

/** What of an account is remembered, to find its tokens again. No secret. */
export type KnownAccount = Pick<AccountInfo, 'homeAccountId' | 'environment' | 'tenantId' | 'username' | 'localAccountId'>
