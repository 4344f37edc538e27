import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '../door.ts'
import { durationText } from '../grants/durations.ts'
import { useNow } from '../parts/useNow.ts'
import { useGateways } from '../people/useGateways.ts'
import { waitingForOthers } from './inbox.ts'

/** While a connect waits for approval: who is asked, who has said yes, and until when it waits. */
export function WaitingNote({ machineId }: { machineId: string }) {
  const { t } = useTranslation('people')
  const now = useNow()
  const grants = useAsk('grants.list', {}).data?.grants ?? []
  const grant = waitingForOthers(grants, useGateways()).findLast((one) => one.machineId === machineId)
  if (!grant?.approvals) return null
  const { needed, given } = grant.approvals
  return (
    <div data-waiting role="status">
      <Text size="sm">
        {t('waiting.text', { count: needed })} {needed > 1 && `(${t('waiting.given', { given: given.length, needed })})`}
      </Text>
      <Text size="sm" c="dimmed">
        {grant.lapsesAt !== undefined && t('waiting.lapses', { duration: durationText(Math.max(0, Date.parse(grant.lapsesAt) - now)) })}{' '}
        {t('waiting.you')}
      </Text>
    </div>
  )
}
