/** A gateway's policy with levels, as a provider offers it: gateway/contract/policies.ts over the wire. */
import { Logo, LogoAdded, PolicyDetail, PolicyImpact, PolicyTree } from '../../../gateway/contract/policies.ts'
import type { ProviderPolicies } from '../provider.ts'
import type { createClient } from './client.ts'

const about = { what: 'machine' } as const

export function createGatewayPolicies(ask: ReturnType<typeof createClient>): ProviderPolicies {
  return {
    async get(level) {
      return await ask(PolicyDetail, { method: 'GET', path: `/v1/policies/${encodeURIComponent(level)}`, about })
    },
    levels: () => ask(PolicyTree, { method: 'GET', path: '/v1/policies', about }),
    preview: async (levels, patch) =>
      await ask(PolicyImpact, { method: 'POST', path: '/v1/policies/preview', body: { levels, patch }, about }),
    change: async (levels, patch, confirmOverwrite) =>
      await ask(PolicyImpact, { method: 'PATCH', path: '/v1/policies', body: { levels, patch, confirmOverwrite }, about }),
    async addLogo(data) {
      const { id } = await ask(LogoAdded, { method: 'POST', path: '/v1/logos', body: { data }, about })
      return id
    },
    logo: (id) => ask(Logo, { method: 'GET', path: `/v1/logos/${encodeURIComponent(id)}`, about }),
  }
}
