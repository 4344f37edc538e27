/** The tenants that a person is in, by a token of one of them. */
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline'
import { z } from 'zod'
import type { Cloud } from './clouds.ts'
import type { AzureNetwork } from './network.ts'
import type { Tenant } from './signIn.ts'

const Tenants = z.object({
  value: z.array(z.object({ tenantId: z.string(), displayName: z.string().nullish(), defaultDomain: z.string().nullish() })),
})

/** Throws whatever the network throws; an answer of another form is no tenant. */
export async function listTenants(cloud: Cloud, network: Pick<AzureNetwork, 'httpClient'>, accessToken: string): Promise<Tenant[]> {
  const request = createPipelineRequest({
    url: `${cloud.resourceManager}/tenants?api-version=2022-12-01`,
    timeout: 30_000,
    headers: createHttpHeaders({ authorization: `Bearer ${accessToken}`, accept: 'application/json' }),
  })
  const { status, bodyAsText } = await network.httpClient.sendRequest(request)
  const parsed = status === 200 ? Tenants.safeParse(JSON.parse(bodyAsText ?? '')) : undefined
  return (parsed?.data?.value ?? []).map(({ tenantId, displayName, defaultDomain }) => {
    const domain = defaultDomain ?? tenantId
    return { tenantId, domain, name: displayName ?? domain }
  })
}
