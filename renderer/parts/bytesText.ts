import { useTranslation } from 'react-i18next'

/** What a bare amount of bytes is in the units that people read. */
export function useBytesText(): (count: number) => string {
  const { i18n } = useTranslation()
  return (count) => {
    // “0 byte” reads like a fault, so the smallest unit is the kilobyte.
    const units = ['kilobyte', 'megabyte', 'gigabyte'] as const
    const step = Math.min(units.length - 1, count < 1000 ? 0 : Math.floor(Math.log10(count) / 3) - 1)
    const unit = units[step] ?? 'kilobyte'
    return new Intl.NumberFormat(i18n.language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(count / 1000 ** (step + 1))
  }
}
