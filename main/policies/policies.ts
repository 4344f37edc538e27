/** Turning JIT on and off, and what each level sets (POL-1 to POL-6). What is allowed is judged by the provider. */
import type { PolicyDetail, PolicyImpact, PortRule } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import { byProvider, qualify, type Providers } from '../providers/ids.ts'
import type { Provider, ProviderPolicies } from '../providers/provider.ts'

interface Place {
  provider: Provider
  policies: ProviderPolicies
  /** The level, as the provider calls it. */
  level: string
}

export function createPolicies(deps: { providers: Providers; refresh: (providerId: string) => Promise<void> }): HandlersOf<'policies'> {
  const { providers, refresh } = deps

  async function set(machineIds: readonly string[], rules: PortRule[] | 'defaults'): Promise<Record<string, never>> {
    for (const [provider, ids] of byProvider(providers, machineIds)) {
      await provider.setPolicy(ids, rules)
      await refresh(provider.id)
    }
    return {}
  }

  function placeOf(qualified: string): Place {
    const { provider, id } = providers.of(qualified, 'machine')
    if (!provider.policies) throw new CallError({ tag: 'notAllowed', part: 'permission', allowed: '' })
    return { provider, policies: provider.policies, level: id }
  }

  return {
    'policies.set': ({ machineIds, rules }) => set(machineIds, rules),
    'policies.turnOn': ({ machineIds }) => set(machineIds, 'defaults'),
    'policies.turnOff': ({ machineIds }) => set(machineIds, []),
    async 'policies.get'({ level }) {
      const place = placeOf(level)
      return qualifyDetail(place.provider, await place.policies.get(place.level))
    },
    async 'policies.levels'() {
      const trees = await Promise.all(
        providers.all.map(async (provider) => {
          const { levels } = (await provider.policies?.levels()) ?? { levels: [] }
          const { id, name } = provider
          return levels.map((one) => ({ ...one, level: qualify(provider, one.level), provider: { id, name } }))
        }),
      )
      return { levels: trees.flat() }
    },
    async 'policies.preview'({ levels, patch }) {
      const places = levels.map(placeOf)
      const { provider, policies } = oneProvider(places)
      const asked = places.map(({ level }) => level)
      return qualifyImpact(provider, await policies.preview(asked, patch))
    },
    async 'policies.change'({ levels, patch, confirmOverwrite }) {
      const places = levels.map(({ level, version }) => ({ ...placeOf(level), version }))
      const { provider, policies } = oneProvider(places)
      const wanted = places.map(({ level, version }) => ({ level, version }))
      const impact = await policies.change(wanted, patch, confirmOverwrite ?? false)
      await refresh(provider.id)
      return qualifyImpact(provider, impact)
    },
    async 'policies.addLogo'({ level, data }) {
      return { logo: await placeOf(level).policies.addLogo(data) }
    },
    'policies.logo': ({ level, logo }) => placeOf(level).policies.logo(logo),
  }
}

/** The one provider of them all: a change is all or none, which two systems cannot promise. */
function oneProvider(places: readonly Place[]): Place {
  const [first] = places
  if (!first || places.some((place) => place.provider !== first.provider))
    throw new CallError({ tag: 'invalidInput', field: 'levels', problem: 'twoGateways' })
  return first
}

function qualifyDetail(provider: Provider, detail: PolicyDetail): PolicyDetail {
  return { ...detail, level: qualify(provider, detail.level) }
}

function qualifyImpact(provider: Provider, impact: PolicyImpact): PolicyImpact {
  return {
    ...impact,
    first: impact.first.map((one) => ({ ...one, machineId: qualify(provider, one.machineId) })),
    grants: impact.grants.map((one) => ({
      ...one,
      grantId: qualify(provider, one.grantId),
      machineId: qualify(provider, one.machineId),
    })),
    versions: impact.versions.map((one) => ({ ...one, level: qualify(provider, one.level) })),
  }
}
