import { Button, CloseButton, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineRow } from '../../preload/contract.ts'
import { isAzure } from '../azure/isAzure.ts'
import { levelOfMachine } from '../policies/draft.ts'
import { show } from '../view.ts'
import { openDialog } from './dialog.ts'
import { useDeeds } from './useDeeds.ts'

interface BulkProps {
  machines: readonly MachineRow[]
  onTurnOn: (machines: readonly MachineRow[]) => Promise<void>
  onDone: () => void
}

/** What can be done with all chosen machines at once; each button takes those it fits. */
export function BulkBar({ machines, onTurnOn, onDone }: BulkProps) {
  const { t } = useTranslation(['machines', 'azure'])
  const configured = machines.filter(({ state }) => state === 'configured')
  const { favour, turnOff } = useDeeds()
  // The rows are as they were when they were chosen.
  const [isFavourite, setFavourite] = useState(machines.every(({ favourite }) => favourite === true))
  const azure = machines.filter(({ id }) => isAzure(id))
  const others = machines.filter(({ id }) => !isAzure(id))
  const off = machines.filter(({ state }) => state === 'notConfigured')
  return (
    <Group className="bulkBar" gap="xs" role="toolbar" aria-label={t('bulk.label')}>
      <Text size="sm" fw={600} aria-live="polite">
        {t('bulk.chosen', { count: machines.length })}
      </Text>
      {configured.length > 0 && (
        <>
          <Button size="xs" onClick={() => openDialog({ name: 'request', machineIds: configured.map(({ id }) => id) })}>
            {t('menu.request')}
          </Button>
          <Button size="xs" variant="default" onClick={() => turnOff(configured, onDone)}>
            {t('menu.turnOff')}
          </Button>
        </>
      )}
      {off.length > 0 && (
        <Button size="xs" onClick={() => void onTurnOn(off).then(onDone)}>
          {t('menu.turnOn')}
        </Button>
      )}
      {others.length > 0 && (
        <Button
          size="xs"
          variant="default"
          onClick={() => show({ name: 'policies', levels: others.map(({ id }) => levelOfMachine(id)) })}
          data-bulk-policy
        >
          {t('bulk.policy')}
        </Button>
      )}
      {azure.length > 0 && (
        <Button size="xs" variant="default" onClick={() => openDialog({ name: 'azureRules', machines: azure, onDone })} data-bulk-azure>
          {t('azure:policy.edit')}
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        onClick={() => {
          favour(machines, !isFavourite)
          setFavourite(!isFavourite)
        }}
        data-bulk-favourite
      >
        {t(isFavourite ? 'bulk.unfavour' : 'bulk.favour')}
      </Button>
      {others.length > 0 && (
        <Button size="xs" variant="default" c="var(--gate-bad)" onClick={() => openDialog({ name: 'remove', machines: others, onDone })}>
          {t('menu.remove')}
        </Button>
      )}
      <CloseButton ml="auto" aria-label={t('bulk.clear')} onClick={onDone} />
    </Group>
  )
}
