import type { AzureTenant } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'

/** The Azure tenants that this console is signed in to. */
export function useTenants(): readonly AzureTenant[] {
  return useAsk('azure.tenants', {}).data?.tenants ?? []
}
