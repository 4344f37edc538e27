/** What is going on and what came of it, in words and with the way out (F-70, F-72, F-73). */
import { Alert, Button, Group, Loader, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FailureAlert } from '../../parts/FailureAlert.tsx'
import { reading } from './reader.ts'
import type { ReadingState } from './reading.ts'

export function ReadingNotice({ state }: { state: ReadingState }) {
  const { t } = useTranslation(['reading', 'common'])
  switch (state.at) {
    case 'rest':
    case 'pointing':
      return null
    case 'picking':
      return <Busy words={t('picking')} />
    case 'looking':
      return <Looking sinceMs={state.sinceMs} />
    case 'decoding':
      return <Busy words={t('decoding')} />
    case 'found':
      return (
        <Alert
          role="status"
          color="teal"
          icon={<IconCircleCheck size={18} aria-hidden />}
          withCloseButton
          closeButtonLabel={t('common:close')}
          onClose={reading.stop}
        >
          <Text size="sm">{t('found', { count: state.count })}</Text>
          {state.others.map((why, index) => (
            // Two of the same kind are two codes.
            // oxlint-disable-next-line react/no-array-index-key -- the order of the codes is all that tells them apart
            <Text key={index} size="sm" c="dimmed">
              {t('foundOther', { why: t(`nothing.${why}.title`) })}
            </Text>
          ))}
        </Alert>
      )
    case 'nothing':
      // Who stopped it knows.
      if (state.why === 'stopped') return null
      return (
        <Alert
          role="alert"
          color="yellow"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title={t(`nothing.${state.why}.title`)}
          withCloseButton
          closeButtonLabel={t('common:close')}
          onClose={reading.stop}
          data-nothing={state.why}
        >
          {t(`nothing.${state.why}.advice`)}
        </Alert>
      )
    case 'failed':
      return <FailureAlert failure={state.failure} />
  }
}

function Busy({ words }: { words: string }) {
  const { t } = useTranslation('reading')
  return (
    <Group gap="sm" data-reading>
      <Loader size="xs" aria-hidden />
      <Text size="sm" role="status" className="readingWords">
        {words}
      </Text>
      <Button size="compact-sm" variant="subtle" onClick={reading.stop}>
        {t('stop')}
      </Button>
    </Group>
  )
}

function Looking({ sinceMs }: { sinceMs: number }) {
  const { t } = useTranslation('reading')
  const [nowMs, setNow] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return <Busy words={t('looking', { seconds: Math.max(0, Math.floor((nowMs - sinceMs) / 1000)) })} />
}
