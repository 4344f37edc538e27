import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Gateway } from '../../preload/contract.ts'
import { useGateways } from './useGateways.ts'

/** Whether this person may add machines and set policy there. */
const mayConfigure = ({ isDesk, roles }: Gateway): boolean => isDesk || roles.includes('policyAdmin') || roles.includes('gatewayAdmin')

/** Which gateway gets new machines: asked only where there is a choice. `value` undefined: the desk's own. */
export function GatewayChoice({ value, onChange }: { value: string | undefined; onChange: (gatewayId: string | undefined) => void }) {
  const { t } = useTranslation('people')
  const gateways = useGateways().filter(mayConfigure)
  const desk = gateways.find(({ isDesk }) => isDesk)
  if (gateways.length < 2) return null
  return (
    <Select
      label={t('gateway')}
      description={t('gatewayHint')}
      data={gateways.map(({ id, name, isDesk }) => ({ value: id, label: isDesk ? t('gateways.desk') : name }))}
      value={value ?? desk?.id ?? null}
      allowDeselect={false}
      onChange={(id) => onChange(id === null || id === desk?.id ? undefined : id)}
    />
  )
}
