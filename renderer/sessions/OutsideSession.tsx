import { ActionIcon, Button, Center, Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { IconCheck, IconCopy, IconPlayerStop, IconReload } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../preload/contract.ts'
import { call } from '../door.ts'
import { durationText, instantText } from '../grants/durations.ts'
import { useTick } from '../grants/remaining.ts'
import { Foreign } from '../parts/foreign.tsx'
import { reconnect, useEndText } from './SessionEnd.tsx'
import { ClientNotes, useDesktopClient } from './ClientNotes.tsx'
import { closeSession } from './SessionTabs.tsx'
import { WayIcon } from './WayIcon.tsx'

/** A session in a program outside the console: what runs, where it is reached, and how to end it. */
export function OutsideSession({ session }: { session: Session }) {
  const { t, i18n } = useTranslation('sessions')
  const now = useTick()
  const endText = useEndText()
  const client = useDesktopClient()
  const isLive = session.endedAt === undefined
  const lastedMs = (session.endedAt === undefined ? now.wallMs : Date.parse(session.endedAt)) - Date.parse(session.startedAt)
  return (
    <Center h="100%" p="lg">
      <Paper withBorder p="xl" w={520} data-outside={isLive ? 'live' : 'ended'}>
        <Stack gap="lg">
          <Group gap="md" wrap="nowrap" align="flex-start">
            <ThemeIcon size={44} radius="md" variant="light" color={isLive ? 'teal' : 'gray'}>
              <WayIcon way={session.way} size={24} />
            </ThemeIcon>
            <Stack gap={2} miw={0}>
              <Title order={2} fz="lg">
                {isLive ? <RunningTitle session={session} /> : t('outside.over')}
              </Title>
              {!isLive && <Text size="sm">{endText(session)}</Text>}
              {isLive && session.way === 'forward' && (
                <Text size="sm" c="dimmed">
                  {t('outside.forwardHelp')}
                </Text>
              )}
            </Stack>
          </Group>
          {isLive && session.way === 'rdp' && <ClientNotes client={client} />}
          {isLive && session.localEndpoint !== undefined && <Endpoint address={session.localEndpoint} />}
          <Stack gap={6} component="dl" m={0}>
            {session.client !== undefined && (
              <Fact label={t('outside.client')}>
                <Foreign text={session.client} />
              </Fact>
            )}
            {session.user !== undefined && (
              <Fact label={t('outside.user')}>
                <Foreign text={session.user} />
              </Fact>
            )}
            <Fact label={t('outside.started')}>{instantText(session.startedAt, i18n.language)}</Fact>
            <Fact label={t('outside.lasted')}>{durationText(Math.max(0, lastedMs))}</Fact>
          </Stack>
          <Group justify="flex-end">
            {isLive ? (
              <Button
                variant="light"
                color="red"
                leftSection={<IconPlayerStop size={16} aria-hidden />}
                onClick={() => void call('sessions.close', { sessionId: session.sessionId }).catch(() => undefined)}
                data-end-session
              >
                {t('outside.end')}
              </Button>
            ) : (
              <>
                <Button variant="subtle" color="gray" onClick={() => closeSession(session)}>
                  {t('end.closeTab')}
                </Button>
                <Button leftSection={<IconReload size={16} aria-hidden />} onClick={() => reconnect(session)} data-reconnect>
                  {t('end.reconnect')}
                </Button>
              </>
            )}
          </Group>
        </Stack>
      </Paper>
    </Center>
  )
}

function RunningTitle({ session }: { session: Session }) {
  const { t } = useTranslation('sessions')
  if (session.way === 'forward') return t('outside.forwarding')
  return session.client === undefined ? t('outside.runningNoClient') : t('outside.running', { client: session.client })
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Group gap="md" wrap="nowrap" fz="sm">
      <Text component="dt" size="sm" c="dimmed" w={96} style={{ flexShrink: 0 }}>
        {label}
      </Text>
      <Text component="dd" size="sm" m={0} miw={0} style={{ overflow: 'hidden' }} className="tabular">
        {children}
      </Text>
    </Group>
  )
}

function Endpoint({ address }: { address: string }) {
  const { t } = useTranslation('sessions')
  return (
    <Group justify="space-between" wrap="nowrap" p="sm" bdrs="md" bg="var(--mantine-color-default-hover)">
      <Stack gap={0}>
        <Text size="xs" c="dimmed">
          {t('outside.endpoint')}
        </Text>
        <Text ff="monospace" fw={600} data-endpoint>
          {address}
        </Text>
      </Stack>
      <CopyAddress address={address} />
    </Group>
  )
}

/** Through the door: the page itself has no right to the clipboard. */
function CopyAddress({ address }: { address: string }) {
  const { t } = useTranslation('sessions')
  const [isCopied, setCopied] = useState(false)
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={t(isCopied ? 'outside.copied' : 'outside.copyEndpoint')}
      onClick={() =>
        void call('app.copyText', { text: address }).then(
          () => setCopied(true),
          () => undefined,
        )
      }
    >
      {isCopied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
    </ActionIcon>
  )
}
