/** Turning JIT on and off, and a machine's own rules (POL-1, POL-2). What is allowed is judged by the provider. */
import type { PortRule } from '../../preload/contract.ts'
import type { HandlersOf } from '../dispatch.ts'
import { byProvider, type Providers } from '../providers/ids.ts'

export function createPolicies(deps: { providers: Providers; refresh: (providerId: string) => Promise<void> }): HandlersOf<'policies'> {
  async function set(machineIds: readonly string[], rules: PortRule[] | 'defaults'): Promise<Record<string, never>> {
    for (const [provider, ids] of byProvider(deps.providers, machineIds)) {
      await provider.setPolicy(ids, rules)
      await deps.refresh(provider.id)
    }
    return {}
  }
  return {
    'policies.set': ({ machineIds, rules }) => set(machineIds, rules),
    'policies.turnOn': ({ machineIds }) => set(machineIds, 'defaults'),
    'policies.turnOff': ({ machineIds }) => set(machineIds, []),
  }
}
