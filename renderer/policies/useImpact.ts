import { useDebouncedValue } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import type { Failure, PolicyImpact } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { changeNames } from './draft.ts'
import type { Policy } from './usePolicy.ts'

/** What is wrong with the setting at a path, in words. */
export type ErrorOf = (path: string) => string | undefined

/** What the draft would do, asked of the gateway shortly after each change; and where it refuses the draft. */
export function useImpact(policy: Policy): {
  impact: PolicyImpact | undefined
  failure: Failure | undefined
  isAsking: boolean
  errorOf: ErrorOf
} {
  const { t } = useTranslation('failures')
  const failureText = useFailureText()
  const [patch] = useDebouncedValue(policy.patch, 250)
  const hasChanges = changeNames(patch).length > 0 && changeNames(policy.patch).length > 0
  const asked = useAsk('policies.preview', { levels: [...policy.levels], patch }, { enabled: hasChanges })
  const failure = hasChanges && asked.isError ? failureOf(asked.error) : undefined
  const problems: Readonly<Record<string, string>> = t('invalidInput.problems', { returnObjects: true })
  return {
    impact: hasChanges ? asked.data : undefined,
    failure,
    isAsking: hasChanges && (asked.isPending || patch !== policy.patch),
    errorOf(path) {
      if (failure?.tag !== 'invalidInput' || !failure.field.startsWith(path)) return undefined
      const problem = problems[failure.problem.slice(failure.problem.lastIndexOf('.') + 1)]
      return problem ?? failureText(failure).advice
    },
  }
}
