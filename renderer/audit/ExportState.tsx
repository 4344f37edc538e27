import { Button, Group, Progress, Text } from '@mantine/core'
import { IconAlertTriangle, IconBan, IconCheck, IconFileExport } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { AuditExport } from '../../preload/contract.ts'
import { useDo } from '../door.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { CopyText } from './CopyText.tsx'

const icons = { running: IconFileExport, done: IconCheck, cancelled: IconBan, failed: IconAlertTriangle } as const

/** One export: how far it is, where it is, or why there is none. */
export function ExportState({ one }: { one: AuditExport }) {
  const { t, i18n } = useTranslation(['audit', 'common'])
  const failureText = useFailureText()
  const cancel = useDo('audit.cancelExport')
  const Icon = icons[one.state]
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value)
  const failure = one.failure && failureText(one.failure)
  return (
    <li className="export" data-export={one.state} data-exported={one.rows}>
      <Icon size={17} aria-hidden />
      <div>
        <Text size="sm" role="status">
          {t(`export.${one.format}.name`)}: {said()}
        </Text>
        {one.state === 'running' && one.of !== undefined && (
          <Progress value={(one.rows / Math.max(1, one.of)) * 100} size="sm" my={4} aria-label={t('export.progress')} />
        )}
        {failure && (
          <Text size="sm" c="dimmed">
            {failure.title}. {failure.advice}
          </Text>
        )}
        {one.state !== 'cancelled' && (
          <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }} data-path>
            <bdi>{one.path}</bdi>
          </Text>
        )}
      </div>
      <Group gap={6} wrap="nowrap">
        {one.state === 'done' && <CopyText text={one.path} label={t('copyPath')} />}
        {one.state === 'running' && (
          <Button
            size="compact-xs"
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ exportId: one.id })}
            data-cancel-export
          >
            {t('common:cancel')}
          </Button>
        )}
      </Group>
    </li>
  )

  function said(): string {
    if (one.state !== 'running') return t(`export.state.${one.state}`, { count: one.rows, number: number(one.rows) })
    return one.of === undefined
      ? t('export.state.running', { number: number(one.rows) })
      : t('export.state.runningOf', { number: number(one.rows), of: number(one.of) })
  }
}
