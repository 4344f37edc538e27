import { ActionIcon, Button, Checkbox, Popover, Stack } from '@mantine/core'
import { IconColumns3 } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { MachineColumn } from '../../preload/contract.ts'
import { useAsk, useDo } from '../door.ts'
import { allColumns } from './columns.ts'

/** Which columns the list shows; remembered, until the usual ones are wanted again. */
export function ColumnsMenu({ shown }: { shown: readonly MachineColumn[] }) {
  const { t } = useTranslation('machines')
  const own = useAsk('machines.own', {}).data
  const choose = useDo('machines.chooseColumns')
  const toggle = (column: MachineColumn) =>
    choose.mutate({ columns: allColumns.filter((one) => (one === column ? !shown.includes(one) : shown.includes(one))) })
  return (
    <Popover position="bottom-end" shadow="lg" width={240} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="default" size={28} radius={14} aria-label={t('columns.label')} title={t('columns.label')} data-columns>
          <IconColumns3 size={15} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label={t('columns.label')}>
        <Stack gap={6} role="group" aria-label={t('columns.label')}>
          {allColumns.map((column) => (
            <Checkbox
              key={column}
              size="xs"
              label={t(column === 'approvals' ? 'head.approvalsLong' : `head.${column}`)}
              checked={shown.includes(column)}
              onChange={() => toggle(column)}
            />
          ))}
          <Button size="compact-xs" variant="subtle" disabled={own?.columns === undefined} onClick={() => choose.mutate({})}>
            {t('columns.usual')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
