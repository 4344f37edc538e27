import { ActionIcon, Button, Group, Menu, Table } from '@mantine/core'
import { IconDots, IconFileExport, IconPlayerPlayFilled, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Recording, UnreadableRecording } from '../../preload/contract.ts'
import { useBytesText } from '../parts/bytesText.ts'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { exactText, momentText } from '../parts/time.ts'
import { show } from '../view.ts'
import { DeleteDialog } from './DeleteDialog.tsx'
import { ExportDialog } from './ExportDialog.tsx'
import { clockText } from './timeline.ts'

export function RecordingRow({ recording }: { recording: Recording }) {
  const { t, i18n } = useTranslation('recordings')
  const bytes = useBytesText()
  const [asked, setAsked] = useState<'export' | 'delete'>()
  const { recordingId, machineName, user, startedAt, durationMs, state } = recording
  const machine = isolate(machineName)
  const replay = () => show({ name: 'recordings', recordingId })
  return (
    <Table.Tr data-recording={recordingId} onDoubleClick={replay}>
      <Table.Td className="recordingName">
        <Foreign text={machineName} />
      </Table.Td>
      <Table.Td>
        <Foreign text={user} />
      </Table.Td>
      <Table.Td>
        <time dateTime={startedAt} title={exactText(startedAt, i18n.language)}>
          {momentText(startedAt, i18n.language)}
        </time>
      </Table.Td>
      <Table.Td className="tabular">
        {state === 'recording' && (
          <span className="state" data-tone="bad">
            {t('state.recording')}
          </span>
        )}
        {state === 'cut' && (
          <span className="state" data-tone="warn" title={t('fault.cut.title')}>
            {t('state.cut')}
          </span>
        )}
        {durationMs !== undefined && clockText(durationMs)}
      </Table.Td>
      <Table.Td className="tabular">{bytes(recording.bytes)}</Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconPlayerPlayFilled size={13} aria-hidden />}
            onClick={replay}
            aria-label={t('replayOf', { machine })}
          >
            {t('replay')}
          </Button>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={t('list.moreOf', { machine })}>
                <IconDots size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconFileExport size={15} aria-hidden />} onClick={() => setAsked('export')}>
                {t('export.button')}
              </Menu.Item>
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={15} aria-hidden />}
                disabled={state === 'recording'}
                onClick={() => setAsked('delete')}
              >
                {t('delete.button')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
        {asked === 'export' && <ExportDialog recording={recording} onClose={() => setAsked(undefined)} />}
        {asked === 'delete' && <DeleteDialog recording={recording} onClose={() => setAsked(undefined)} />}
      </Table.Td>
    </Table.Tr>
  )
}

/** A file that tells nothing of itself: it can only be kept or deleted. */
export function UnreadableRow({ recording }: { recording: UnreadableRecording }) {
  const { t, i18n } = useTranslation('recordings')
  const bytes = useBytesText()
  const [isAsked, setAsked] = useState(false)
  return (
    <Table.Tr>
      <Table.Td>{t(`unreadable.${recording.why}`)}</Table.Td>
      <Table.Td w={190}>{momentText(recording.at, i18n.language)}</Table.Td>
      <Table.Td w={90} className="tabular">
        {bytes(recording.bytes)}
      </Table.Td>
      <Table.Td w={120} ta="end">
        <Button size="compact-sm" variant="subtle" color="red" onClick={() => setAsked(true)}>
          {t('delete.button')}
        </Button>
        {isAsked && <DeleteDialog recording={recording} onClose={() => setAsked(false)} />}
      </Table.Td>
    </Table.Tr>
  )
}
