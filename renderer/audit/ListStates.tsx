import { Button, Center, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAuditWords } from './useSentence.ts'

export function LoadingRows() {
  const { t } = useTranslation('audit')
  return (
    <Stack gap={8} className="auditRest" aria-busy role="status" aria-label={t('loading')}>
      {[0, 1, 2, 3, 4, 5, 6, 7].map((line) => (
        <Skeleton key={line} h={28} />
      ))}
    </Stack>
  )
}

interface NothingThereProps {
  isFiltered: boolean
  isReading: boolean
  /** What was searched for. */
  text: string
  onAction: (action: string) => void
  onClear: () => void
}

/**
 * Nothing to show, and what to do about it. The log has names of events, not this language's words for them: who searches by such a word is offered
 * the events that are called so.
 */
export function NothingThere({ isFiltered, isReading, text, onAction, onClear }: NothingThereProps) {
  const { t } = useTranslation('audit')
  const words = useAuditWords()
  const called = text.trim() === '' ? [] : words.actionsCalled(text).slice(0, 6)
  const state = isFiltered ? 'emptyFiltered' : isReading ? 'emptyReading' : 'empty'
  return (
    <Center className="auditRest" data-nothing={state}>
      <Stack align="center" gap="xs" maw={560}>
        <Text fw={600}>{t(state)}</Text>
        <Text size="sm" c="dimmed" ta="center">
          {t(`${state}Body`)}
        </Text>
        {called.length > 0 && (
          <>
            <Text size="sm" mt="sm">
              {t('emptyCalled')}
            </Text>
            <Group gap="xs" justify="center">
              {called.map((action) => (
                <Button key={action} size="xs" variant="light" onClick={() => onAction(action)} data-action-called={action}>
                  {words.sentence(action)}
                </Button>
              ))}
            </Group>
          </>
        )}
        {isFiltered && (
          <Button size="xs" variant="default" mt="sm" onClick={onClear}>
            {t('filter.clear')}
          </Button>
        )}
      </Stack>
    </Center>
  )
}
