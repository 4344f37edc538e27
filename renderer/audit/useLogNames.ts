import { useTranslation } from 'react-i18next'
import type { WatchedLog } from '../../preload/contract.ts'
import { useGateways } from '../people/useGateways.ts'

/** Whose log it is: the desk's own in this language, others as they call themselves. */
export function useLogNames(): (log: WatchedLog) => string {
  const { t } = useTranslation('people')
  const desk = useGateways().find(({ isDesk }) => isDesk)?.id
  return ({ gatewayId, gatewayName }) => (gatewayId === desk ? t('gateways.desk') : gatewayName)
}
