import { useTranslation } from 'react-i18next'
import { agoText, exactText } from './time.ts'
import { useNow } from './useNow.ts'

/** How long ago something was, with the exact time in its tooltip. */
export function Ago({ at }: { at: string }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  return (
    <time dateTime={at} title={exactText(at, i18n.language)}>
      {agoText(at, now, i18n.language) ?? t('ago.now')}
    </time>
  )
}
