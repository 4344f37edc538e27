import { useTranslation } from 'react-i18next'
import type { AuditSort } from '../../preload/contract.ts'
import { isolate } from '../parts/foreign.tsx'
import { useNow } from '../parts/useNow.ts'
import { formatsOf } from './formats.ts'

const dayMs = 86_400_000

/** What stands over rows of one day, machine or person. */
export function useGroupNames(by: AuditSort): (group: string) => string {
  const { t, i18n } = useTranslation('audit')
  const todayMs = new Date(useNow()).setHours(0, 0, 0, 0)
  const date = formatsOf(i18n.language).day
  return (group) => {
    if (by === 'machine') return group === '' ? t('noMachine') : isolate(group)
    if (by === 'actor') return isolate(group)
    const told = date.format(Number(group))
    // Days have 23 to 25 hours where the clocks are changed.
    const ago = Math.round((todayMs - Number(group)) / dayMs)
    return ago === 0 ? `${t('today')}, ${told}` : ago === 1 ? `${t('yesterday')}, ${told}` : told
  }
}
