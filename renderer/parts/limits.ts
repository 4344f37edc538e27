import { useTranslation } from 'react-i18next'
import { useAsk } from '../door.ts'
import { isolate } from './foreign.tsx'

const known = ['settingsInvalid', 'settingsUnknown', 'fileSetAside', 'fileUnreadable'] as const

/** What is limited here, in words (F-109). A key is "name" or "name:what". */
export function useLimits(): string[] {
  const { t } = useTranslation()
  const limits = useAsk('app.info', {}).data?.limits ?? []
  return limits.map((limit) => {
    if (limit === 'host.chromium') return t('limits.chromium')
    const name = known.find((one) => limit.startsWith(`${one}:`))
    return name ? t(`limits.${name}`, { what: isolate(limit.slice(name.length + 1)) }) : t('limits.other', { what: isolate(limit) })
  })
}
