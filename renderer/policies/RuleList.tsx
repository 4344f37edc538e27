import { useTranslation } from 'react-i18next'
import type { OperatingSystem, PortRule } from '../../preload/contract.ts'
import { defaultMaximum, defaultPort, portName } from '../machines/defaults.ts'
import { durationMs, durationText } from '../parts/time.ts'

/** What may be opened on a machine, read only. With JIT off: what the defaults would be. */
export function RuleList({ rules, os, supported }: { rules: readonly PortRule[]; os: OperatingSystem; supported: boolean }) {
  const { t, i18n } = useTranslation('policies')
  const lasts = (iso: string) => durationText(durationMs(iso) ?? 0, i18n.language)
  if (!supported) return <p className="quiet">{t('list.unsupported')}</p>
  if (rules.length === 0)
    return <p className="quiet">{t('list.off', { port: portName(defaultPort(os)), maximum: lasts(defaultMaximum) })}</p>
  return (
    <ul className="ruleList">
      {rules.map((rule) => (
        <li key={`${rule.port}/${rule.protocol}`}>
          <strong>{portName(rule.port)}</strong>
          <span>
            {t('list.rule', {
              protocol: t(`protocols.${rule.protocol}`),
              maximum: lasts(rule.maxDuration),
              sources: rule.sources.length === 0 ? t('anySource') : rule.sources.join(', '),
            })}
          </span>
        </li>
      ))}
    </ul>
  )
}
