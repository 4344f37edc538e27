import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../preload/contract.ts'

const days = [30, 90, 180, 365, 730, 1825]
const megabytes = [500, 1000, 2000, 5000, 10_000, 20_000]

/** How much of what happened is kept on this computer. */
export function KeptEvents({ audit, onChange }: { audit: Settings['audit']; onChange: (audit: Settings['audit']) => void }) {
  const { t, i18n } = useTranslation('settings')
  const size = (count: number) =>
    new Intl.NumberFormat(i18n.language, { style: 'unit', unit: count < 1000 ? 'megabyte' : 'gigabyte' }).format(
      count < 1000 ? count : count / 1000,
    )
  return (
    <>
      <Select
        label={t('audit.keepDays')}
        data={choices(days, audit.keepDays).map((count) => ({ value: String(count), label: t('audit.days', { count }) }))}
        value={String(audit.keepDays)}
        allowDeselect={false}
        onChange={(value) => value !== null && onChange({ ...audit, keepDays: Number(value) })}
      />
      <Select
        label={t('audit.room')}
        data-kept-events
        data={choices(megabytes, audit.keepMegabytes).map((count) => ({ value: String(count), label: size(count) }))}
        value={String(audit.keepMegabytes)}
        allowDeselect={false}
        onChange={(value) => value !== null && onChange({ ...audit, keepMegabytes: Number(value) })}
      />
    </>
  )
}

/** What the settings file says is one of them, whatever it is. */
function choices(usual: readonly number[], now: number): number[] {
  return [...new Set([...usual, now])].sort((a, b) => a - b)
}
