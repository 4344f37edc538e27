import { Button, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconAlarm } from '@tabler/icons-react'
import { useEffect } from 'react'
import { Trans, useTranslation } from 'react-i18next'
import type { Grant } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'
import { show } from '../view.ts'
import { durationText, extensionChoices } from './durations.ts'
import { useExtend } from './GrantActions.tsx'
import { useRemaining } from './remaining.ts'
import { useGrants, useWakeUp } from './useGrants.ts'

/** Warns once before each end of a grant (REQ-6). Mounted once; draws nothing itself. */
export function EndWarnings() {
  useWakeUp()
  const settings = useAsk('settings.get', {}).data
  const warnBeforeMs = settings?.warnBeforeEndMs
  const endsOwn = settings?.endSessionsWithWindow === true
  const grants = useGrants().data?.grants ?? []
  if (warnBeforeMs === undefined || warnBeforeMs === 0) return null
  return grants
    .filter(({ state, ofOthers }) => state === 'open' && ofOthers !== true)
    .map((grant) => (
      <EndWarning
        key={grant.grantId}
        grant={grant}
        warnBeforeMs={warnBeforeMs}
        leavesSessions={grant.leavesSessions === true && !endsOwn}
      />
    ))
}

/** Ends that were warned of, so that a reload of the list does not warn again. */
const warned = new Set<string>()

interface EndWarningProps {
  grant: Grant
  warnBeforeMs: number
  /** Only new connections end. */
  leavesSessions: boolean
}

function EndWarning({ grant, warnBeforeMs, leavesSessions }: EndWarningProps) {
  const leftMs = useRemaining(grant)
  const isDue = leftMs !== undefined && leftMs > 0 && leftMs <= warnBeforeMs
  const id = `end ${grant.grantId} ${grant.endsAt ?? ''}`
  useEffect(() => {
    // A window that is short anyway would be warned of as soon as it opens; that says nothing.
    const wasShort = grant.openedAt && grant.endsAt && Date.parse(grant.endsAt) - Date.parse(grant.openedAt) <= warnBeforeMs
    if (!isDue || wasShort || warned.has(id)) return
    warned.add(id)
    notifications.show({
      id,
      color: 'orange',
      icon: <IconAlarm size={18} aria-hidden />,
      autoClose: 60_000,
      title: (
        <Trans
          ns="grants"
          i18nKey={leavesSessions ? 'warning.leavesTitle' : 'warning.title'}
          components={{ machine: <bdi>{grant.machineName.slice(0, 80)}</bdi> }}
        />
      ),
      message: <WarningBody grant={grant} leavesSessions={leavesSessions} onDone={() => notifications.hide(id)} />,
    })
  }, [isDue, id, grant, warnBeforeMs, leavesSessions])
  useEffect(() => () => void notifications.hide(id), [id])
  return null
}

interface WarningBodyProps {
  grant: Grant
  leavesSessions: boolean
  onDone: () => void
}

function WarningBody({ grant, leavesSessions, onDone }: WarningBodyProps) {
  const { t } = useTranslation('grants')
  const { extend } = useExtend()
  const leftMs = useRemaining(grant) ?? 0
  const choices = extensionChoices(grant)
  const byMs = choices.find((ms) => ms >= 30 * 60_000) ?? choices.at(-1)
  return (
    <Stack gap="xs">
      <Text size="sm">{t(leavesSessions ? 'warning.leavesBody' : 'warning.body', { left: durationText(leftMs) })}</Text>
      <Group gap="xs">
        {byMs !== undefined && (
          <Button
            size="compact-sm"
            onClick={() => {
              extend(grant.grantId, byMs)
              onDone()
            }}
          >
            {t('warning.extend', { duration: durationText(byMs) })}
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            show({ name: 'access' })
            onDone()
          }}
        >
          {t('warning.open')}
        </Button>
      </Group>
    </Stack>
  )
}
