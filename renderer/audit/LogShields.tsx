import { Group, HoverCard, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconShieldCheck, IconShieldExclamation, IconShieldX } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { WatchedLog } from '../../preload/contract.ts'
import { useAsk, useDo } from '../door.ts'
import { Foreign } from '../parts/foreign.tsx'
import { exactText } from '../parts/time.ts'
import { useLogNames } from './useLogNames.ts'

const looks = {
  verified: { tone: 'ok', icon: IconShieldCheck },
  unverified: { tone: 'warn', icon: IconShieldExclamation },
  changed: { tone: 'bad', icon: IconShieldX },
} as const

/** How far each gateway's log is known to have only grown (AUD-3). Looking at it has it checked; a click checks it again. */
export function LogShields() {
  const { t } = useTranslation('audit')
  const logs = useAsk('audit.logs', {}).data?.logs ?? []
  const { mutate: check, isPending } = useDo('audit.checkLogs')
  useEffect(() => check({}), [check])
  return (
    <Group gap={6} mt={4} role="group" aria-label={t('log.label')}>
      {logs.map((log) => (
        <Shield key={log.gatewayId} log={log} isNamed={logs.length > 1} isChecking={isPending} onCheck={() => check({})} />
      ))}
    </Group>
  )
}

function Shield({ log, isNamed, isChecking, onCheck }: { log: WatchedLog; isNamed: boolean; isChecking: boolean; onCheck: () => void }) {
  const { t, i18n } = useTranslation('audit')
  const nameOf = useLogNames()
  const { tone, icon: Icon } = looks[log.state]
  const time = (at: string) => exactText(at, i18n.language)
  const lines =
    log.state === 'verified'
      ? [t('log.verifiedLong', { at: time(log.at) })]
      : log.state === 'changed'
        ? [t(`log.alarm.${log.how}`), t('log.alarm.todo')]
        : [t(`log.why.${log.why}`), ...(log.last ? [t('log.last', { at: time(log.last.at), size: log.last.size })] : [])]
  return (
    <HoverCard width={360} shadow="md" withArrow position="bottom-start">
      <HoverCard.Target>
        <UnstyledButton
          className="state"
          data-tone={tone}
          data-log={log.gatewayId}
          data-log-state={log.state}
          aria-busy={isChecking}
          title={t('log.check')}
          onClick={onCheck}
        >
          <Icon size={14} aria-hidden />
          {isNamed && (
            <span>
              <Foreign text={nameOf(log)} />:
            </span>
          )}
          {log.state === 'verified' ? t('log.verified', { count: log.size }) : t(`log.${log.state}`)}
        </UnstyledButton>
      </HoverCard.Target>
      <HoverCard.Dropdown>
        <Stack gap={6}>
          {lines.map((line) => (
            <Text key={line} size="sm">
              {line}
            </Text>
          ))}
        </Stack>
      </HoverCard.Dropdown>
    </HoverCard>
  )
}
