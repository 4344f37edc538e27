import { Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { PolicySource } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'
import { describe, describeRules } from '../policies/describe.ts'
import { levelOfMachine } from '../policies/draft.ts'

/** What holds for one machine, and for each setting the level that it comes from (POL-3). */
export function EffectivePolicy({ machineId }: { machineId: string }) {
  const { t, i18n } = useTranslation(['policies', 'people'])
  const detail = useAsk('policies.get', { level: levelOfMachine(machineId) })
  if (detail.isPending) return <Skeleton height={120} />
  if (detail.isError) return <FailureAlert failure={failureOf(detail.error)} onRetry={() => void detail.refetch()} />
  const { rules, approval, allowed, maxDuration, jitAdmin } = detail.data.effective
  const language = i18n.language
  return (
    <dl className="facts effective">
      {rules.map((rule) => (
        <Setting key={rule.os} name={t('view.groups.ports')} value={describeRules(rule.value, t, language)} from={rule.from} />
      ))}
      <Setting
        name={t('view.maxDuration.title')}
        value={maxDuration.value === undefined ? t('view.maxDuration.none') : describe.maxDuration(maxDuration.value, t, language)}
        from={maxDuration.from}
      />
      <Setting name={t('view.approval.title')} value={describe.approval(approval.value, t, language)} from={approval.from} />
      <Setting name={t('view.allowed.title')} value={describe.allowed(allowed.value, t, language)} from={allowed.from} />
      <Setting name={t('view.jitAdmin.title')} value={describe.jitAdmin(jitAdmin.value, t, language)} from={jitAdmin.from} />
    </dl>
  )
}

function Setting({ name, value, from }: { name: string; value: string; from: PolicySource }) {
  const { t } = useTranslation('policies')
  const source =
    from.kind === 'default'
      ? t('view.fromDefault')
      : from.kind === 'company'
        ? t('view.fromCompany')
        : t('view.fromLevel', { name: isolate(from.name) })
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {value} <span className="effectiveFrom">{source}</span>
      </dd>
    </>
  )
}
