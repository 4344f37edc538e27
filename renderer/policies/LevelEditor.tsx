import { Skeleton, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { failureOf } from '../door.ts'
import { Ago } from '../parts/Ago.tsx'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { DraftBar } from './DraftBar.tsx'
import { JitAdminSetting } from './JitAdminSetting.tsx'
import { RequestSettings } from './PlainSettings.tsx'
import { RulesSettings } from './RulesSetting.tsx'
import { useImpact } from './useImpact.ts'
import { type Policy, usePolicy } from './usePolicy.ts'

/** All settings of one level, or of several machines together. */
export function LevelEditor({ levels }: { levels: readonly string[] }) {
  const { policy, error, retry } = usePolicy(levels)
  if (error)
    return (
      <div className="policyPane">
        <FailureAlert failure={failureOf(error)} onRetry={retry} />
      </div>
    )
  if (!policy)
    return (
      <div className="policyPane">
        <Stack>
          <Skeleton height={40} width={320} />
          <Skeleton height={120} />
          <Skeleton height={120} />
        </Stack>
      </div>
    )
  return <Editor policy={policy} />
}

function Editor({ policy }: { policy: Policy }) {
  const { t } = useTranslation('policies')
  const asked = useImpact(policy)
  const { errorOf } = asked
  return (
    <>
      <div className="policyTop">
        <Heading policy={policy} />
        <DraftBar policy={policy} asked={asked} />
      </div>
      <div className="policyPane">
        <h2>{t('view.groups.ports')}</h2>
        <div className="card">
          <RulesSettings policy={policy} errorOf={errorOf} />
        </div>
        <h2>{t('view.groups.requests')}</h2>
        <div className="card">
          <RequestSettings policy={policy} errorOf={errorOf} />
        </div>
        <h2>{t('view.groups.jitAdmin')}</h2>
        <div className="card">
          <JitAdminSetting policy={policy} errorOf={errorOf} />
        </div>
      </div>
    </>
  )
}

function Heading({ policy }: { policy: Policy }) {
  const { t } = useTranslation('policies')
  const [first] = policy.details
  if (!first) return null
  const count = policy.details.length
  return (
    <header className="policyHead">
      <Title order={2} fz="lg">
        {count > 1 ? t('view.machines', { count }) : first.kind === 'company' ? t('view.company') : <Foreign text={first.name} />}
      </Title>
      <Text size="sm" c="dimmed">
        {count > 1 ? t('view.machinesHint') : t(`view.kind.${first.kind}`)}
        {count === 1 && first.changedAt !== undefined && first.changedBy !== undefined && (
          <>
            {' · '}
            {t('view.changed')} <Ago at={first.changedAt} />, <bdi>{first.changedBy}</bdi>
          </>
        )}
      </Text>
    </header>
  )
}
