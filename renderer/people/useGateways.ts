import type { Gateway } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'

/** The gateways of this console, the desk's own first. */
export function useGateways(): readonly Gateway[] {
  return useAsk('account.gateways', {}).data?.gateways ?? []
}

/** Gateways of teams where this person may invite and change people. */
export function administered(gateways: readonly Gateway[]): Gateway[] {
  return gateways.filter(({ isDesk, roles }) => !isDesk && roles.includes('gatewayAdmin'))
}
