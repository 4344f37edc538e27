import { useTranslation } from 'react-i18next'
import type { AuditCache, LocalCopy } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'
import { useGateways } from '../people/useGateways.ts'
import { type LogState, toLogStates } from './logState.ts'

/** Whose log it is: the desk's own in this language, others as they call themselves. */
export function useLogNames(): (log: { gatewayId: string; gatewayName: string }) => string {
  const { t } = useTranslation('people')
  const desk = useGateways().find(({ isDesk }) => isDesk)?.id
  return ({ gatewayId, gatewayName }) => (gatewayId === desk ? t('gateways.desk') : gatewayName)
}

/** What keeps the copy, what is kept of each log, and each log's shield. */
export function useLogs(): { copy: LocalCopy | undefined; caches: readonly AuditCache[]; logs: readonly LogState[] } {
  const cache = useAsk('audit.cache', {}).data
  const watched = useAsk('audit.logs', {}).data?.logs ?? []
  return { copy: cache?.copy, caches: cache?.logs ?? [], logs: toLogStates(cache?.logs ?? [], watched) }
}
