/** One inbox for what waits for a person's yes: sign-ins whose codes were read here, then requests for access (APR-7, POL-6). */
import { Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconChecks } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { ReadBar } from '../challenges/reading/ReadBar.tsx'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { useGateways } from '../people/useGateways.ts'
import { useDeliberate } from './deliberate.ts'
import { waitingForMe, waitingForOthers } from './inbox.ts'
import { RequestForMe, RequestOfMine } from './RequestCard.tsx'
import { SignIns } from './SignIns.tsx'
import { isWaiting } from './signIns.ts'
import '../challenges/challenges.css'
import './approvals.css'

export function ApprovalsView() {
  const { t } = useTranslation('approvals')
  const asked = useAsk('grants.list', {})
  const signIns = useAsk('challenges.list', {})
  const gateways = useGateways()
  const challenges = signIns.data?.challenges ?? []
  const signInsWait = challenges.some(isWaiting)
  const all = asked.data?.grants ?? []
  const forMe = waitingForMe(all)
  const mine = waitingForOthers(all, gateways)
  const deliberately = useDeliberate([...forMe, ...mine].map(({ grantId }) => grantId).join(' '))
  return (
    <div className="viewScroll" data-view="approvals">
      <Stack gap="lg" maw={860}>
        <header>
          <Title order={1}>{t('title')}</Title>
          <Text size="sm" c="dimmed">
            {t('subtitle')}
          </Text>
        </header>
        <ReadBar />
        {signIns.isError && <FailureAlert failure={failureOf(signIns.error)} onRetry={() => void signIns.refetch()} />}
        <SignIns challenges={challenges} />
        {asked.isPending && <Skeleton height={160} />}
        {asked.isError && <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />}
        {asked.data && forMe.length === 0 && !signInsWait && (
          <div className="approvalsEmpty">
            <IconChecks size={32} stroke={1.5} aria-hidden />
            <Title order={2}>{t('empty')}</Title>
            <Text size="sm" c="dimmed">
              {t('emptyText')}
            </Text>
          </div>
        )}
        {forMe.length > 0 && (
          <section aria-label={t('forMe')}>
            <Stack gap="sm">
              <Title order={2}>
                {t('forMe')} <span className="approvalsCount">{forMe.length}</span>
              </Title>
              {forMe.map((grant) => (
                <RequestForMe key={grant.grantId} grant={grant} deliberately={deliberately} />
              ))}
            </Stack>
          </section>
        )}
        {mine.length > 0 && (
          <section aria-label={t('mine')}>
            <Stack gap="sm">
              <Title order={2}>
                {t('mine')} <span className="approvalsCount">{mine.length}</span>
              </Title>
              {mine.map((grant) => (
                <RequestOfMine key={grant.grantId} grant={grant} />
              ))}
            </Stack>
          </section>
        )}
      </Stack>
    </div>
  )
}
