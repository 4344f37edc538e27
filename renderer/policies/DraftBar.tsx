import { Button, Group, Loader, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { changeNames } from './draft.ts'
import { ReviewDialog } from './ReviewDialog.tsx'
import type { useImpact } from './useImpact.ts'
import type { Policy } from './usePolicy.ts'

/** What is not saved yet: how much, whom it would affect, and the way to see it all before it is saved. */
export function DraftBar({ policy, asked }: { policy: Policy; asked: ReturnType<typeof useImpact> }) {
  const { t } = useTranslation('policies')
  const [isReviewing, setReviewing] = useState(false)
  const count = changeNames(policy.patch).length
  const { impact, failure, isAsking } = asked
  if (count === 0) return null
  return (
    <div className="policyBar" role="region" aria-label={t('bar.label')}>
      {policy.isOvertaken && <Overtaken policy={policy} />}
      {failure && failure.tag !== 'invalidInput' && <FailureAlert failure={failure} />}
      <Group gap="sm" wrap="nowrap" justify="flex-end">
        {isAsking && <Loader size={16} aria-label={t('bar.asking')} />}
        <div className="policyBarText">
          <Text size="sm" fw={600} aria-live="polite" data-changes={count}>
            {t('bar.changes', { count })}
          </Text>
          <Text size="xs" c="dimmed">
            {failure?.tag === 'invalidInput' ? t('bar.refused') : impact ? t('bar.affects', { count: impact.machines }) : ''}
          </Text>
        </div>
        <Button size="xs" variant="default" onClick={policy.discard}>
          {t('discard')}
        </Button>
        <Button size="xs" disabled={!impact || isAsking || policy.isOvertaken} onClick={() => setReviewing(true)} data-review>
          {t('bar.review')}
        </Button>
      </Group>
      {isReviewing && impact && <ReviewDialog policy={policy} impact={impact} onClose={() => setReviewing(false)} />}
    </div>
  )
}

/** Somebody else was faster: their change is shown already, this one is kept, and nothing is saved over theirs unseen. */
function Overtaken({ policy }: { policy: Policy }) {
  const { t } = useTranslation('policies')
  const by = policy.details.find(({ changedBy }) => changedBy !== undefined)?.changedBy ?? ''
  return (
    <div className="policyOvertaken" role="alert">
      <IconAlertTriangle size={18} aria-hidden />
      <p>
        <strong>{t('bar.overtaken')}</strong> <bdi>{by}</bdi>
        {by === '' ? '' : ': '}
        {t('bar.overtakenText')}
      </p>
      <Button size="xs" variant="default" onClick={policy.rebase}>
        {t('bar.rebase')}
      </Button>
    </div>
  )
}
