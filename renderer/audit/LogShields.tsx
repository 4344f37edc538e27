import { Group, Popover, UnstyledButton } from '@mantine/core'
import { IconShieldCheck, IconShieldExclamation, IconShieldHalf, IconShieldX } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isAzure } from '../azure/isAzure.ts'
import { useDo } from '../door.ts'
import { Foreign } from '../parts/foreign.tsx'
import type { LogState } from './logState.ts'
import { ShieldDetails } from './ShieldDetails.tsx'
import { useLogNames } from './useLogs.ts'

const looks = {
  verified: { tone: 'ok', icon: IconShieldCheck },
  partly: { tone: 'ok', icon: IconShieldHalf },
  unverified: { tone: 'warn', icon: IconShieldExclamation },
  changed: { tone: 'bad', icon: IconShieldX },
} as const

interface LogShieldsProps {
  logs: readonly LogState[]
  /** Shows the events of a log that are not what they were. */
  onShowChanged: (gatewayId: string) => void
}

/** How far each gateway's log is proved (AUD-3). Looking at them has the logs checked. */
export function LogShields({ logs, onShowChanged }: LogShieldsProps) {
  const { t } = useTranslation('audit')
  const { mutate: look, isPending } = useDo('audit.checkLogs')
  useEffect(() => look({}), [look])
  return (
    <Group gap={6} role="group" aria-label={t('log.label')}>
      {logs.map((log) => (
        <Shield key={log.gatewayId} log={log} isNamed={logs.length > 1} isLooking={isPending} onShowChanged={onShowChanged} />
      ))}
    </Group>
  )
}

interface ShieldProps {
  log: LogState
  isNamed: boolean
  isLooking: boolean
  onShowChanged: (gatewayId: string) => void
}

function Shield({ log, isNamed, isLooking, onShowChanged }: ShieldProps) {
  const { t, i18n } = useTranslation('audit')
  const nameOf = useLogNames()
  const [isOpen, setOpen] = useState(false)
  const { tone, icon: Icon } = looks[log.state]
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value)
  return (
    <Popover opened={isOpen} onChange={setOpen} width={400} shadow="md" withArrow position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className="state"
          data-tone={tone}
          data-log={log.gatewayId}
          data-log-state={log.state}
          aria-busy={isLooking || log.checking !== undefined}
          onClick={() => setOpen((open) => !open)}
        >
          <Icon size={14} aria-hidden />
          {isNamed && (
            <span>
              <Foreign text={nameOf(log)} style={{ maxWidth: 160 }} />:
            </span>
          )}
          {short()}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('log.label')}>
        <ShieldDetails
          log={log}
          onShowChanged={(gatewayId) => {
            setOpen(false)
            onShowChanged(gatewayId)
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )

  function short(): string {
    if (log.checking !== undefined) return t('log.checking', { part: percent(log.checking, i18n.language) })
    const { cache, watched } = log
    if (log.state === 'verified') {
      const count = cache?.verified ?? (watched?.state === 'verified' ? watched.size : 0)
      return t('log.verified', { count, number: number(count) })
    }
    if (log.state === 'partly' && cache) return t('log.partly', { verified: number(cache.verified), have: number(cache.have) })
    if (log.state === 'changed') return t('log.changed')
    return t(isAzure(log.gatewayId) ? 'log.unprovable' : 'log.unverified')
  }
}

const percent = (part: number, language: string) =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(part)
