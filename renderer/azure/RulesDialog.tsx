import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineDetail, MachineRow, PortRule } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { openDialog } from '../machines/dialog.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { RulesTable } from '../policies/RulesTable.tsx'

interface RulesDialogProps {
  opened: boolean
  machines: readonly MachineRow[]
  onClose: () => void
  onDone?: (() => void) | undefined
}

/** The same port rules for several Azure machines; what would be sent is looked at next. */
export function RulesDialog({ opened, machines, onClose, onDone }: RulesDialogProps) {
  const { t } = useTranslation('azure')
  const asked = useAsk('machines.get', { machineId: machines[0]?.id ?? '' }, { enabled: opened })
  return (
    <Modal opened={opened} onClose={onClose} size={720} title={t('policy.title.change', { count: machines.length })}>
      {asked.isPending && <Skeleton height={160} />}
      {asked.isError && <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />}
      {asked.data && <Rules first={asked.data} machines={machines} onClose={onClose} onDone={onDone} />}
    </Modal>
  )
}

interface RulesProps extends Omit<RulesDialogProps, 'opened'> {
  first: MachineDetail
}

function Rules({ first, machines, onClose, onDone }: RulesProps) {
  const { t } = useTranslation(['azure', 'common'])
  const [rules, setRules] = useState<readonly PortRule[]>(first.rules)
  return (
    <Stack gap="md">
      <Text size="sm">{t('policy.forAll', { count: machines.length })}</Text>
      <RulesTable rules={rules} os={first.os} onChange={setRules} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {t('common:cancel')}
        </Button>
        <Button
          disabled={rules.length === 0}
          onClick={() => openDialog({ name: 'azurePolicy', machines, rules, ...(onDone && { onDone }) })}
          data-review-policy
        >
          {t('policy.review')}
        </Button>
      </Group>
    </Stack>
  )
}
