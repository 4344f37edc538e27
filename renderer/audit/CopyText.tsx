import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useCopied } from './useCopied.ts'

/** Copies a text, and says so in its own place. */
export function CopyText({ text, label, mark }: { text: string; label: string; mark?: string }) {
  const { t } = useTranslation('audit')
  const { isCopied, copy } = useCopied()
  return (
    <Button size="compact-xs" variant="default" onClick={() => copy(text)} data-copies={mark}>
      <span aria-live="polite">{isCopied ? t('copied') : label}</span>
    </Button>
  )
}
