import './audit.css'
import { Center, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AuditBrowser } from './AuditBrowser.tsx'
import { type ChosenFilter, noFilter, type Span } from './chosenFilter.ts'
import { CopyAge, CopyLocked, CopyNotices } from './CopyState.tsx'
import { ExportButton } from './ExportButton.tsx'
import { LogShields } from './LogShields.tsx'
import { recalled, remember } from './remembered.ts'
import { useLogNames, useLogs } from './useLogs.ts'

interface AuditViewProps {
  /** The first filter; each can be taken away. Without one it is what was filtered by last. */
  machineId?: string
  span?: Span
  /** The story that is told first. */
  grantId?: string
}

/** What happened (AUD-1 to AUD-5): the logs of all gateways as they are kept here, how far they are proved, and their export. */
export function AuditView({ machineId, span, grantId }: AuditViewProps) {
  const { t } = useTranslation('audit')
  const { copy, caches, logs } = useLogs()
  const nameOf = useLogNames()
  const [filter, setFilter] = useState<ChosenFilter>(() => {
    if (machineId === undefined) return grantId === undefined ? recalled() : noFilter
    return {
      ...noFilter,
      machine: { id: machineId },
      time: span === undefined ? noFilter.time : { kind: 'last', span, chosenMs: Date.now() },
    }
  })
  const change = (next: ChosenFilter) => {
    setFilter(next)
    remember(next)
  }
  const gateways = logs.map((log) => ({ id: log.gatewayId, name: nameOf(log) }))
  const isLocked = copy?.kind === 'locked'
  return (
    <div className="view auditView">
      <Group justify="space-between" wrap="nowrap" gap="md">
        <Group gap="md" wrap="nowrap" miw={0}>
          <Title order={1}>{t('title')}</Title>
          {/* Of a locked copy nothing is known that could be told. */}
          {!isLocked && <LogShields logs={logs} onShowChanged={(id) => change({ ...noFilter, gateways: [id], marks: ['changed'] })} />}
        </Group>
        <Group gap="md" wrap="nowrap">
          {!isLocked && <CopyAge caches={caches} />}
          <ExportButton filter={filter} gateways={gateways} isDisabled={isLocked} />
        </Group>
      </Group>
      {copy && <CopyNotices copy={copy} />}
      {isLocked ? (
        <CopyLocked />
      ) : copy?.kind === 'opening' ? (
        <Opening />
      ) : (
        <AuditBrowser filter={filter} onChange={change} firstStory={grantId} caches={caches} logs={logs} gateways={gateways} />
      )}
    </div>
  )
}

function Opening() {
  const { t } = useTranslation('audit')
  return (
    <Center py={72} data-copy="opening">
      <Stack align="center" gap="xs">
        <Skeleton h={8} w={220} />
        <Text size="sm" c="dimmed" role="status">
          {t('copy.opening')}
        </Text>
      </Stack>
    </Center>
  )
}
