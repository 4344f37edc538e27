import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core'
import { IconShieldX } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { WatchedLog } from '../../preload/contract.ts'
import { failureOf, useAsk, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'
import { tellDone } from '../parts/tell.ts'
import { exactText } from '../parts/time.ts'
import { useLogNames } from './useLogs.ts'

type ChangedLog = Extract<WatchedLog, { state: 'changed' }>

/** A log that is not the one any more that this console has seen (F-82, F-83): over every view, and nothing takes it away but accepting it. */
export function LogAlarms() {
  const logs = useAsk('audit.logs', {}).data?.logs ?? []
  return logs.filter((log) => log.state === 'changed').map((log) => <Alarm key={log.gatewayId} log={log} />)
}

function Alarm({ log }: { log: ChangedLog }) {
  const { t } = useTranslation('audit')
  const nameOf = useLogNames()
  const [isOpen, setOpen] = useState(false)
  return (
    <div className="notice" data-tone="bad" role="alert" data-log-alarm={log.gatewayId}>
      <IconShieldX size={20} aria-hidden />
      <p>
        <strong>{t('log.alarm.title', { name: isolate(nameOf(log)) })}</strong> {t(`log.alarm.${log.how}`)}
      </p>
      <Button size="xs" variant="default" onClick={() => setOpen(true)}>
        {t('log.alarm.details')}
      </Button>
      {isOpen && <AlarmDialog log={log} onClose={() => setOpen(false)} />}
    </div>
  )
}

function AlarmDialog({ log, onClose }: { log: ChangedLog; onClose: () => void }) {
  const { t, i18n } = useTranslation(['audit', 'common'])
  const nameOf = useLogNames()
  const [isAccepting, setAccepting] = useState(false)
  const accept = useDo('audit.acceptLog')
  const name = isolate(nameOf(log))
  const { gatewayId, kept, shown } = log
  const point = ({ size, root }: ChangedLog['shown']) => t('log.alarm.point', { count: size, root })
  const facts = [
    [t('log.alarm.since', { at: exactText(log.at, i18n.language) }), ''],
    [t('log.alarm.kept'), kept ? `${exactText(kept.at, i18n.language)}: ${point(kept)}` : t('log.alarm.never')],
    [t('log.alarm.shown'), point(shown)],
  ] as const
  const acceptNow = () =>
    accept.mutate(
      { gatewayId, shown },
      {
        onSuccess: () => {
          tellDone(t('log.alarm.accepted'))
          onClose()
        },
      },
    )
  return (
    <Modal opened onClose={onClose} size="lg" title={t(isAccepting ? 'log.alarm.acceptTitle' : 'log.alarm.title', { name })}>
      <Stack gap="md">
        <Text size="sm">{isAccepting ? t('log.alarm.acceptText') : `${t(`log.alarm.${log.how}`)} ${t('log.alarm.todo')}`}</Text>
        {facts.map(([label, value]) => (
          <div key={label}>
            <Text size="sm" fw={600}>
              {label}
            </Text>
            {value !== '' && <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>}
          </div>
        ))}
        {accept.isError && <FailureAlert failure={failureOf(accept.error)} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('common:close')}
          </Button>
          {isAccepting ? (
            <Button color="red" loading={accept.isPending} onClick={acceptNow} data-accept-log>
              {t('log.alarm.acceptDo')}
            </Button>
          ) : (
            <Button variant="default" onClick={() => setAccepting(true)}>
              {t('log.alarm.accept')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}
