import { Button, Center, Group, ScrollArea, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { IconDoor, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { failureOf } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { show } from '../view.ts'
import { EndedGrant, OpenGrant } from './GrantCard.tsx'
import { RequestForm } from './RequestForm.tsx'
import { isCurrent, useGrants } from './useGrants.ts'

/** Open grants of this technician, and those that ended lately (REQ-6). */
export function AccessView() {
  const { t } = useTranslation('grants')
  const grants = useGrants()
  const [asked, setAsked] = useState<{ machineId: string; fromRange?: true | undefined }>()
  const all = (grants.data?.grants ?? []).filter(({ ofOthers }) => ofOthers !== true)
  const current = all.filter(isCurrent)
  const ended = all.filter((grant) => !isCurrent(grant))
  return (
    <ScrollArea h="100%" type="auto">
      <Stack px={24} py={20} gap="lg" maw={1180}>
        <Stack gap={2}>
          <Title order={2} fz="xl">
            {t('title')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('subtitle')}
          </Text>
        </Stack>
        {grants.isPending && (
          <Stack gap="sm" aria-label={t('loading')} aria-busy>
            <Skeleton h={112} />
            <Skeleton h={112} />
          </Stack>
        )}
        {grants.error && <FailureAlert failure={failureOf(grants.error)} onRetry={() => void grants.refetch()} />}
        {grants.data && (
          <>
            <Stack gap="sm" component="section" aria-label={t('open')}>
              {current.length > 0 ? <Heading text={t('open')} count={current.length} /> : <NothingOpen isAlone={ended.length === 0} />}
              {current.map((grant) => (
                <OpenGrant
                  key={grant.grantId}
                  grant={grant}
                  onRequestAgain={(machineId, fromRange) => setAsked({ machineId, fromRange })}
                />
              ))}
            </Stack>
            {ended.length > 0 && (
              <Stack gap="xs" component="section" aria-label={t('recent')}>
                <Heading text={t('recent')} count={ended.length} />
                {ended.map((grant) => (
                  <EndedGrant key={grant.grantId} grant={grant} onRequestAgain={(machineId) => setAsked({ machineId })} />
                ))}
              </Stack>
            )}
          </>
        )}
      </Stack>
      {asked && (
        <RequestForm machineIds={[asked.machineId]} fromRange={asked.fromRange === true} opened onClose={() => setAsked(undefined)} />
      )}
    </ScrollArea>
  )
}

function Heading({ text, count }: { text: string; count: number }) {
  return (
    <Group gap="xs">
      <Title order={3} fz="sm">
        {text}
      </Title>
      <Text size="sm" c="dimmed">
        {count}
      </Text>
    </Group>
  )
}

function NothingOpen({ isAlone }: { isAlone: boolean }) {
  const { t } = useTranslation('grants')
  return (
    <Center py={isAlone ? 96 : 'lg'}>
      <Stack align="center" gap="sm" maw={460}>
        <ThemeIcon size={48} radius="xl" variant="light" color="gray">
          <IconDoor size={26} aria-hidden />
        </ThemeIcon>
        <Title order={3} fz="md">
          {t('empty')}
        </Title>
        <Text size="sm" c="dimmed" ta="center">
          {t('emptyBody')}
        </Text>
        <Button variant="light" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => show({ name: 'machines' })}>
          {t('toMachines')}
        </Button>
      </Stack>
    </Center>
  )
}
