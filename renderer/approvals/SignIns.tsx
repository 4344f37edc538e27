/** Sign-ins that wait for a decision, and what became of the last ones. A row opens the approval view; nothing is decided here. */
import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconChevronDown, IconDeviceDesktop, IconTerminal2 } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Challenge } from '../../preload/contract.ts'
import { call } from '../door.ts'
import { ChallengeClock } from '../challenges/ChallengeClock.tsx'
import { openChallenge } from '../challenges/shown.ts'
import { Ago } from '../parts/Ago.tsx'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { areApart, groupsOf, recentOf, shownOf, type SignInGroup } from './signIns.ts'

const mostRecent = 8
const mostOpened = 10

export function SignIns({ challenges }: { challenges: readonly Challenge[] }) {
  const { t } = useTranslation('challenges')
  const groups = groupsOf(challenges)
  const recent = recentOf(challenges, mostRecent)
  const shown = shownOf(groups)
  const hidden = groups.length - shown.length
  return (
    <>
      {groups.length > 0 && (
        <section aria-label={t('inbox.title')} data-sign-ins>
          <Stack gap="xs">
            <Title order={2}>
              {t('inbox.title')} <span className="approvalsCount">{groups.reduce((sum, group) => sum + group.challenges.length, 0)}</span>
            </Title>
            {shown.map((group) =>
              areApart(group, groups.length) ? (
                group.challenges.map((challenge) => <SignInRow key={challenge.ref} challenge={challenge} />)
              ) : (
                <ManyOfOne key={group.machineId} group={group} />
              ),
            )}
            {hidden > 0 && (
              <Text size="sm" c="dimmed" data-more-machines>
                {t('inbox.moreMachines', { count: hidden })}
              </Text>
            )}
          </Stack>
        </section>
      )}
      {recent.length > 0 && (
        <section aria-label={t('inbox.recent')}>
          <Stack gap="xs">
            <Group justify="space-between">
              <Title order={2}>{t('inbox.recent')}</Title>
              <Button size="compact-sm" variant="subtle" color="gray" onClick={() => forget(recent)} data-forget>
                {t('inbox.forget')}
              </Button>
            </Group>
            {recent.map((challenge) => (
              <SignInRow key={challenge.ref} challenge={challenge} />
            ))}
          </Stack>
        </section>
      )}
    </>
  )
}

function forget(challenges: readonly Challenge[]): void {
  // What is gone already needs no forgetting.
  call('challenges.forget', { refs: challenges.map(({ ref }) => ref) }).catch(() => undefined)
}

/** F-75: more than a machine can have at its gateway at once is a flood, and one row. */
function ManyOfOne({ group }: { group: SignInGroup }) {
  const { t } = useTranslation('challenges')
  const [isOpen, setOpen] = useState(false)
  const { challenges, machineName } = group
  return (
    <div data-flood={challenges.length}>
      <button type="button" className="card signIn" data-flood-row aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="signInIcon" data-tone="warn">
          <IconChevronDown size={18} aria-hidden />
        </span>
        <span className="signInWho">
          <strong>{t('inbox.many', { count: challenges.length, machine: isolate(machineName) })}</strong>
          <Text span size="xs" c="dimmed">
            {t('inbox.manyText')}
          </Text>
        </span>
      </button>
      {isOpen && (
        <Stack gap="xs" mt="xs" ml="lg">
          {challenges.slice(0, mostOpened).map((challenge) => (
            <SignInRow key={challenge.ref} challenge={challenge} />
          ))}
          {challenges.length > mostOpened && (
            <Text size="sm" c="dimmed">
              {t('inbox.older', { count: challenges.length - mostOpened })}
            </Text>
          )}
        </Stack>
      )}
    </div>
  )
}

function SignInRow({ challenge }: { challenge: Challenge }) {
  const { t } = useTranslation('challenges')
  const { asked, from, machineName, ref, service, state, userName } = challenge
  const Icon = service === 'ssh' ? IconTerminal2 : IconDeviceDesktop
  return (
    <button type="button" className="card signIn" onClick={() => openChallenge(ref)} data-sign-in={ref} data-state={state}>
      <span className="signInIcon" data-tone={toneOf(challenge)}>
        <Icon size={18} aria-hidden />
      </span>
      <span className="signInWho">
        <Foreign text={machineName} className="signInName" />
        <Text span size="xs" c="dimmed" className="signInLine">
          {t(`inbox.${service}`, { user: isolate(userName), asked: isolate(asked) })}
          {from !== undefined && from !== '' && ` · ${isolate(from)}`}
        </Text>
      </span>
      <span className="signInState">
        <span className="state" data-tone={toneOf(challenge)}>
          {state === 'pending'
            ? t(`inbox.binding.${challenge.noApproval === 'otherMachine' ? 'otherMachine' : challenge.binding.kind}`)
            : t(`outcome.${state}.short`)}
        </span>
        {state === 'pending' ? <ChallengeClock challenge={challenge} /> : <Ago at={challenge.createdAt} />}
      </span>
    </button>
  )
}

function toneOf({ binding, noApproval, state }: Challenge): 'ok' | 'warn' | 'bad' | 'quiet' {
  if (state === 'approved' || state === 'started') return 'ok'
  if (state !== 'pending') return 'quiet'
  if (noApproval === 'otherMachine' || binding.kind === 'none') return 'bad'
  return binding.kind === 'yours' ? 'ok' : 'warn'
}
