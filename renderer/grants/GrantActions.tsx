import { Button, Group, Menu, Popover, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconClockPlus, IconDoorExit } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Grant } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { durationText, extensionChoices, instantText } from './durations.ts'

type ActionGrant = Pick<Grant, 'grantId' | 'endsAt' | 'extendableUntil' | 'connections' | 'state' | 'releaseWaits' | 'noRelease'>

/** Extends, and says until when or why not. */
export function useExtend(): { extend: (grantId: string, byMs: number) => void; isExtending: boolean } {
  const { t, i18n } = useTranslation('grants')
  const failureWords = useFailureText()
  const extending = useDo('grants.extend')
  return {
    isExtending: extending.isPending,
    extend: (grantId, byMs) =>
      extending.mutate(
        { grantId, byMs },
        {
          onSuccess: ({ endsAt }) => {
            if (endsAt !== undefined) {
              notifications.show({ color: 'teal', message: t('extend.done', { time: instantText(endsAt, i18n.language) }) })
            }
          },
          onError: (error) => {
            const { title, advice } = failureWords(failureOf(error))
            notifications.show({ color: 'red', title, message: advice })
          },
        },
      ),
  }
}

/** Extend (as far as policy lets), with the last choice being all there is. */
function ExtendMenu({ grant, size }: { grant: ActionGrant; size: string }) {
  const { t } = useTranslation('grants')
  const { extend, isExtending } = useExtend()
  const choices = extensionChoices(grant)
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          size={size}
          leftSection={<IconClockPlus size={15} aria-hidden />}
          loading={isExtending}
          disabled={grant.state !== 'open' || grant.releaseWaits === true || choices.length === 0}
          title={choices.length === 0 ? t('extend.none') : undefined}
        >
          {t('extend.button')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map((byMs, index) => (
          <Menu.Item key={byMs} onClick={() => extend(grant.grantId, byMs)}>
            {t(index === choices.length - 1 ? 'extend.toMax' : 'extend.by', { duration: durationText(byMs) })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Ends the access early. Asks first, because live connections are cut. */
function ReleaseButton({ grant, size }: { grant: ActionGrant; size: string }) {
  const { t } = useTranslation('grants')
  const [isAsking, setAsking] = useState(false)
  const failureWords = useFailureText()
  const releasing = useDo('grants.release')
  const release = () => {
    setAsking(false)
    releasing.mutate(
      { grantId: grant.grantId },
      {
        onError: (error) => {
          const { title, advice } = failureWords(failureOf(error))
          notifications.show({ color: 'red', title, message: advice })
        },
      },
    )
  }
  const live = grant.connections ?? 0
  const isOnItsWay = grant.state === 'closing' || grant.releaseWaits === true
  return (
    <Popover opened={isAsking} onChange={setAsking} position="bottom-end" trapFocus withArrow shadow="md" width={320}>
      <Popover.Target>
        <Button
          variant="default"
          {...(isOnItsWay ? {} : { c: 'var(--gate-bad)' })}
          size={size}
          leftSection={<IconDoorExit size={15} aria-hidden />}
          loading={releasing.isPending}
          disabled={isOnItsWay}
          onClick={() => setAsking(!isAsking)}
          data-release
        >
          {t('release.button')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Text size="sm" fw={600}>
            {t('release.title')}
          </Text>
          <Text size="sm">{live > 0 ? t('release.live', { count: live }) : t('release.none')}</Text>
          <Group justify="flex-end" gap="xs">
            <Button size="xs" variant="default" onClick={() => setAsking(false)} data-autofocus>
              {t('release.keep')}
            </Button>
            <Button size="xs" color="red" onClick={release} data-release-now>
              {t('release.confirm')}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

/** What can be done with a grant that is not over. */
export function GrantActions({ grant, size = 'compact-sm' }: { grant: ActionGrant; size?: string }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <ExtendMenu grant={grant} size={size} />
      {grant.noRelease !== true && <ReleaseButton grant={grant} size={size} />}
    </Group>
  )
}
