/** The recordings on this computer, newest first. */
import { Button, Group, Skeleton, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconMovie, IconSearch, IconSettings } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { failureOf, useAsk } from '../door.ts'
import { useBytesText } from '../parts/bytesText.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { show } from '../view.ts'
import { RecordingRow, UnreadableRow } from './RecordingRow.tsx'
import './recordings.css'

const pageRows = 100

export function RecordingsView() {
  const { t } = useTranslation('recordings')
  const [text, setText] = useState('')
  const [page, setPage] = useState(0)
  const [search] = useDebouncedValue(text.trim(), 200)
  const asked = useAsk('recordings.list', { search, offset: page * pageRows, limit: pageRows }, { keep: true })
  const { recordings, total, unreadable } = asked.data ?? { recordings: [], total: 0, unreadable: [] }
  const isEmpty = asked.data !== undefined && total === 0 && unreadable.length === 0
  return (
    <div className="viewScroll" data-view="recordings">
      <Stack gap="lg" maw={1120}>
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <header>
            <Title order={1}>{t('title')}</Title>
            <Kept />
          </header>
          <Group gap="xs" wrap="nowrap">
            <TextInput
              w={260}
              aria-label={t('list.search')}
              placeholder={t('list.search')}
              leftSection={<IconSearch size={15} aria-hidden />}
              value={text}
              maxLength={200}
              onChange={({ currentTarget }) => {
                setText(currentTarget.value)
                setPage(0)
              }}
            />
            <Button variant="default" leftSection={<IconSettings size={16} aria-hidden />} onClick={() => show({ name: 'settings' })}>
              {t('toSettings')}
            </Button>
          </Group>
        </Group>
        {asked.isPending && <Skeleton height={220} />}
        {asked.isError && <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />}
        {isEmpty && <Empty isSearch={search !== ''} />}
        {recordings.length > 0 && (
          <div className="card recordingsCard">
            <Table verticalSpacing={6} horizontalSpacing="md" highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('list.machine')}</Table.Th>
                  <Table.Th w={160}>{t('list.user')}</Table.Th>
                  <Table.Th w={190}>{t('list.when')}</Table.Th>
                  <Table.Th w={90}>{t('list.length')}</Table.Th>
                  <Table.Th w={90}>{t('list.size')}</Table.Th>
                  <Table.Th w={200}>
                    <span className="hiddenText">{t('list.actions')}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {recordings.map((recording) => (
                  <RecordingRow key={recording.recordingId} recording={recording} />
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        {total > pageRows && <Pages page={page} total={total} onPage={setPage} />}
        {unreadable.length > 0 && search === '' && (
          <section aria-labelledby="unreadable-recordings">
            <Title order={2} id="unreadable-recordings">
              {t('unreadable.title')}
            </Title>
            <Text size="sm" c="dimmed" mb="xs">
              {t('unreadable.text')}
            </Text>
            <div className="card recordingsCard">
              <Table verticalSpacing={6} horizontalSpacing="md">
                <Table.Tbody>
                  {unreadable.map((one) => (
                    <UnreadableRow key={one.recordingId} recording={one} />
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          </section>
        )}
      </Stack>
    </div>
  )
}

/** How much there is, and how long it stays. */
function Kept() {
  const { t } = useTranslation('recordings')
  const bytes = useBytesText()
  const usage = useAsk('recordings.usage', {}).data
  const settings = useAsk('settings.get', {}).data?.recordings
  if (!usage || !settings) return <Text size="sm">&nbsp;</Text>
  return (
    <Text size="sm" c="dimmed">
      {usage.count > 0 && `${t('kept.usage', { count: usage.count, size: bytes(usage.bytes) })} `}
      {t('kept.limits', { count: settings.keepDays, size: bytes(settings.keepBytes) })}
    </Text>
  )
}

function Empty({ isSearch }: { isSearch: boolean }) {
  const { t } = useTranslation('recordings')
  const when = useAsk('settings.get', {}).data?.recordings.when
  if (isSearch) return <Text c="dimmed">{t('empty.search')}</Text>
  return (
    <Stack align="center" gap="xs" py={64} data-empty>
      <IconMovie size={40} stroke={1.25} color="var(--mantine-color-dimmed)" aria-hidden />
      <Text fw={600}>{t('empty.title')}</Text>
      <Text size="sm" c="dimmed" maw={440} ta="center">
        {t(when === 'off' ? 'empty.off' : 'empty.on')}
      </Text>
      {when === 'off' && <Button onClick={() => show({ name: 'settings' })}>{t('toSettings')}</Button>}
    </Stack>
  )
}

function Pages({ page, total, onPage }: { page: number; total: number; onPage: (page: number) => void }) {
  const { t } = useTranslation('recordings')
  const last = Math.ceil(total / pageRows) - 1
  return (
    <Group justify="center" gap="sm">
      <Button variant="default" size="xs" disabled={page === 0} onClick={() => onPage(page - 1)}>
        {t('pages.newer')}
      </Button>
      <Text size="sm" c="dimmed" className="tabular">
        {t('pages.place', { from: page * pageRows + 1, to: Math.min(total, (page + 1) * pageRows), total })}
      </Text>
      <Button variant="default" size="xs" disabled={page >= last} onClick={() => onPage(page + 1)}>
        {t('pages.older')}
      </Button>
    </Group>
  )
}
