import { Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineDetail, PortRule } from '../../preload/contract.ts'
import { isAzure } from '../azure/isAzure.ts'
import { NoLevels } from '../azure/NoLevels.tsx'
import { failureOf, useDo } from '../door.ts'
import { openDialog } from '../machines/dialog.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { tellDone } from '../parts/tell.ts'
import { show } from '../view.ts'
import { levelOfMachine } from './draft.ts'
import { sameRules } from './rules.ts'
import { RulesTable } from './RulesTable.tsx'

/** A machine's port rules in its details; nothing counts until it is saved. */
export function RulesEditor({ machine }: { machine: MachineDetail }) {
  const { t } = useTranslation(['policies', 'azure'])
  const [draft, setDraft] = useState<PortRule[]>()
  const save = useDo('policies.set')
  const rules = draft ?? machine.rules
  const changed = draft !== undefined && !sameRules(draft, machine.rules)

  const onSave = async (): Promise<void> => {
    if (isAzure(machine.id)) {
      openDialog({ name: 'azurePolicy', machines: [machine], rules, onDone: () => setDraft(undefined) })
      return
    }
    try {
      await save.mutateAsync({ machineIds: [machine.id], rules })
      setDraft(undefined)
      tellDone(t('saved'))
    } catch {
      // Shown below, from the mutation.
    }
  }

  return (
    <Stack gap="sm">
      <RulesTable rules={rules} os={machine.os} onChange={setDraft} />
      {save.isError && changed && <FailureAlert failure={failureOf(save.error)} onRetry={() => void onSave()} />}
      {changed ? (
        <Group gap="xs">
          <Button size="xs" loading={save.isPending} onClick={() => void onSave()}>
            {isAzure(machine.id) ? t('azure:policy.review') : rules.length === 0 ? t('saveOff') : t('save')}
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setDraft(undefined)
              save.reset()
            }}
          >
            {t('discard')}
          </Button>
          <Text size="xs" c="dimmed">
            {isAzure(machine.id) ? t('azure:policy.closes') : t('closesOpen')}
          </Text>
        </Group>
      ) : isAzure(machine.id) ? (
        <NoLevels />
      ) : (
        <Group>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => show({ name: 'policies', levels: [levelOfMachine(machine.id)] })}
            data-policy-of-machine
          >
            {t('view.allOfMachine')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
