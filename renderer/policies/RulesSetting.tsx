import { useTranslation } from 'react-i18next'
import type { OperatingSystem } from '../../preload/contract.ts'
import { defaultPort } from '../machines/defaults.ts'
import { shownRules, systems, withRules } from './draft.ts'
import { RuleList } from './RuleList.tsx'
import { newRule } from './rules.ts'
import { RulesTable } from './RulesTable.tsx'
import { SettingFrame } from './SettingFrame.tsx'
import type { Policy } from './usePolicy.ts'
import type { ErrorOf } from './useImpact.ts'

/** POL-1, POL-2 for each system that a machine of the level can have. A machine has one. */
export function RulesSettings({ policy, errorOf }: { policy: Policy; errorOf: ErrorOf }) {
  const { details } = policy
  const own =
    details[0]?.kind === 'machine' ? [...new Set(details.flatMap(({ effective }) => effective.rules.map(({ os }) => os)))] : systems
  // Rules of machines are without a system: one editor is for all that were chosen.
  const shownSystems = details[0]?.kind === 'machine' ? own.slice(0, 1) : own
  return shownSystems.map((os) => (
    <RulesOfSystem key={os} os={os} policy={policy} error={errorOf(`rules.${os}`) ?? errorOf('rules.default')} />
  ))
}

function RulesOfSystem({ os, policy, error }: { os: OperatingSystem; policy: Policy; error: string | undefined }) {
  const { t } = useTranslation(['policies', 'machines'])
  const { details, above, patch, change } = policy
  const shown = shownRules(os, details, patch)
  const fromAbove = above?.effective.rules.find((entry) => entry.os === os)
  const value = shown.value ?? fromAbove?.value ?? []
  const before = shownRules(os, details, {})
  const isMachine = details[0]?.kind === 'machine'
  return (
    <SettingFrame
      title={
        isMachine
          ? t('view.rulesMachine', { count: details.length })
          : os === 'other'
            ? t('view.rulesOther')
            : t('view.rulesOf', { os: t(`machines:os.${os}`) })
      }
      shown={shown.value || !fromAbove ? shown : { ...shown, from: fromAbove.from }}
      error={error}
      onHere={() => change(withRules(details, patch, os, value.length === 0 ? [newRule(defaultPort(os))] : [...value]))}
      onInherit={() => change(withRules(details, patch, os, undefined))}
      onUndo={() => change(withRules(details, patch, os, before.isHere ? before.value : undefined))}
    >
      {shown.isHere ? (
        <RulesTable rules={value} os={os} onChange={(rules) => change(withRules(details, patch, os, rules))} />
      ) : value.length === 0 ? (
        <p className="policyRead">{t('view.off')}</p>
      ) : (
        <RuleList rules={value} os={os} supported />
      )}
    </SettingFrame>
  )
}
