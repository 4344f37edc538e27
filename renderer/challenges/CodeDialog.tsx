/** A sign-in's code on this screen, for a colleague's console (APR-6): large enough to be read across a desk, and gone when it is over. */
import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { toString as drawCode } from 'qrcode'
import { useEffect } from 'react'
import { Trans, useTranslation } from 'react-i18next'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { ChallengeClock } from './ChallengeClock.tsx'
import { closeChallenge, showView } from './shown.ts'
import './challenges.css'

export function CodeDialog({ challengeRef }: { challengeRef: string }) {
  const { t } = useTranslation(['challenges', 'common'])
  const challenge = useAsk('challenges.get', { ref: challengeRef }).data
  const code = useAsk('challenges.code', { ref: challengeRef }, { fresh: true })
  const isOver = challenge !== undefined && challenge.state !== 'pending'
  useEffect(() => {
    // What became of it is worth more than a picture that is of no use any more.
    if (isOver) showView(challengeRef)
  }, [isOver, challengeRef])
  return (
    <Modal
      opened
      centered
      size={640}
      onClose={closeChallenge}
      title={t('code.title')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
      data-code-of={challengeRef}
    >
      <Stack align="center" gap="sm">
        {code.isError && <FailureAlert failure={failureOf(code.error)} />}
        {code.data ? <Picture text={code.data.text} /> : !code.isError && <Skeleton width={420} height={420} />}
        {code.data && (
          <Text ff="monospace" fz={22} fw={600} data-short-code>
            {code.data.shortCode}
          </Text>
        )}
        {challenge && (
          <Text size="sm">
            <Trans t={t} i18nKey="code.of" components={{ machine: <bdi>{challenge.machineName.slice(0, 200)}</bdi> }} /> {t('code.left')}{' '}
            <ChallengeClock challenge={challenge} />
          </Text>
        )}
        <Text size="sm" c="dimmed" ta="center">
          {t('code.text')}
        </Text>
        <Group>
          <Button variant="default" onClick={() => showView(challengeRef)} data-autofocus>
            {t('code.back')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

/** Drawn here: nothing of it leaves the window. Dark on light in every theme, or a reader may not see it. */
function Picture({ text }: { text: string }) {
  const { t } = useTranslation('challenges')
  const picture = useQuery({
    queryKey: ['code picture', text],
    queryFn: () => drawCode(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 4, color: { dark: '#000000', light: '#ffffff' } }),
    gcTime: 0,
  }).data
  if (picture === undefined) return <Skeleton width={420} height={420} />
  return <img className="challengeCode" src={`data:image/svg+xml,${encodeURIComponent(picture)}`} alt={t('code.alt')} data-code-picture />
}
