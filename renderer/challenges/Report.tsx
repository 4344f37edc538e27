import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconFlag } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Challenge } from '../../preload/contract.ts'
import { useDeliberate } from '../approvals/deliberate.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'
import { tellDone } from '../parts/tell.ts'

const reportable: ReadonlySet<Challenge['state']> = new Set(['pending', 'approved', 'started', 'denied', 'burned', 'expired'])

export const isReportable = ({ state }: Challenge): boolean => reportable.has(state)

export interface Asking {
  isAsking: boolean
  setAsking: (isAsking: boolean) => void
}

/** Report as suspicious: asks first, because it ends what others are working in. */
export function Report({ challenge, isAsking, setAsking }: { challenge: Challenge } & Asking) {
  const { t } = useTranslation(['challenges', 'common'])
  if (!isReportable(challenge)) return <span />
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        color="red"
        leftSection={<IconFlag size={16} aria-hidden />}
        disabled={challenge.noApproval === 'offline'}
        onClick={() => setAsking(true)}
        data-report
      >
        {t('report.do')}
      </Button>
      {isAsking && <Question challenge={challenge} onClose={() => setAsking(false)} />}
    </>
  )
}

function Question({ challenge, onClose }: { challenge: Challenge; onClose: () => void }) {
  const { t } = useTranslation(['challenges', 'common'])
  const reporting = useDo('challenges.decide')
  const deliberately = useDeliberate(`report ${challenge.ref}`)
  const report = deliberately(() =>
    reporting.mutate(
      { ref: challenge.ref, decision: 'report', digest: challenge.digest },
      {
        onSuccess: () => {
          tellDone(t('report.done'))
          onClose()
        },
      },
    ),
  )
  return (
    <Modal opened centered size={480} onClose={onClose} title={t('report.title')} data-report-question>
      <Stack gap="md">
        <Text size="sm">{t('report.text', { machine: isolate(challenge.machineName) })}</Text>
        {reporting.isError && <FailureAlert failure={failureOf(reporting.error)} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('common:cancel')}
          </Button>
          <Button color="red.9" loading={reporting.isPending} onClick={report} data-report-now>
            {t('report.now')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
