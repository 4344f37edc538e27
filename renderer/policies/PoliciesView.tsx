/** Who may open what, where, for how long: for the company, a site, or a machine (POL). */
import { Skeleton, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isAzure } from '../azure/isAzure.ts'
import { NoLevels } from '../azure/NoLevels.tsx'
import { useTenants } from '../azure/useTenants.ts'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { machineOfLevel } from './draft.ts'
import { draftKey } from './drafts.ts'
import { LevelEditor } from './LevelEditor.tsx'
import { LevelTree } from './LevelTree.tsx'
import './policies.css'

/** `levels`: what to begin with, such as the machines that were chosen in the list. */
export function PoliciesView({ levels }: { levels?: readonly string[] | undefined }) {
  const { t } = useTranslation(['policies', 'azure'])
  const tree = useAsk('policies.levels', {})
  const hasAzure = useTenants().length > 0
  const [picked, setPicked] = useState(levels)
  const first = tree.data?.levels[0]?.level
  const chosen = picked ?? (first === undefined ? undefined : [first])
  return (
    <div className="view policyView" data-view="policies">
      <header>
        <Title order={1}>{t('view.title')}</Title>
        <Text size="sm" c="dimmed">
          {t('view.subtitle')}
        </Text>
        {hasAzure && (
          <Text size="sm" c="dimmed" data-no-levels>
            {t('azure:policy.noLevels')} {t('azure:policy.noLevelsWhere')}
          </Text>
        )}
      </header>
      {tree.isError && <FailureAlert failure={failureOf(tree.error)} onRetry={() => void tree.refetch()} />}
      {tree.isPending && (
        <Stack>
          <Skeleton height={32} />
          <Skeleton height={200} />
        </Stack>
      )}
      {tree.data && chosen && (
        <div className="policyColumns">
          <LevelTree tree={tree.data} chosen={chosen} onChoose={setPicked} />
          <div className="policyStage">
            {chosen.some(isAzure) ? (
              <NoLevels machineId={machineOfLevel(chosen[0] ?? '')} />
            ) : (
              <LevelEditor key={draftKey(chosen)} levels={chosen} />
            )}
          </div>
        </div>
      )}
    </div>
  )
}
