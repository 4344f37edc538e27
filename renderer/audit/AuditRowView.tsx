import { VisuallyHidden } from '@mantine/core'
import { IconShieldQuestion, IconShieldX } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditRow } from '../../preload/contract.ts'
import { isAzure } from '../azure/isAzure.ts'
import { AuditIcon } from './AuditIcon.tsx'
import { formatsOf } from './formats.ts'
import { Marked } from './Marked.tsx'
import type { AuditWords } from './useSentence.ts'

interface AuditRowViewProps {
  row: AuditRow
  words: AuditWords
  /** What was searched for. */
  searched: readonly string[]
  /** Rows are not under a heading of their day, so each says it. */
  withDate: boolean
  /** Whose log it is from, where there are several. */
  gatewayName: string | undefined
}

/** The cells of one event. Drawn again only for another event or another search: scrolling moves rows, it does not change them. */
export const AuditRowView = memo(function AuditRowView({ row, words, searched, withDate, gatewayName }: AuditRowViewProps) {
  const { t, i18n } = useTranslation('audit')
  const formats = formatsOf(i18n.language)
  const at = new Date(row.at)
  const mark = t(row.mark === 'unverified' && isAzure(row.gateway.id) ? 'mark.unprovable' : `mark.${row.mark}`)
  const glance = words.glance(row, searched)
  return (
    <>
      <time role="gridcell" dateTime={row.at} title={formats.exact.format(at)}>
        {(withDate ? formats.dateAndTime : formats.time).format(at)}
      </time>
      <span role="gridcell" className="auditSentence">
        <AuditIcon action={row.action} outcome={row.outcome} />
        <span title={words.sentence(row.action)}>
          <Marked text={words.sentence(row.action)} words={searched} />
        </span>
        {row.port !== undefined && (
          <span className="auditQuiet auditPort">
            <Marked text={t('port', { port: row.port })} words={searched} />
          </span>
        )}
        {glance && (
          <span className="auditQuiet">
            <Marked text={glance.text} words={searched} isForeign={glance.isForeign} />
          </span>
        )}
      </span>
      <span role="gridcell" className="auditMachine">
        {row.machineName !== undefined && <Marked text={row.machineName} words={searched} isForeign />}
        {gatewayName !== undefined && (
          <span className="auditQuiet">
            <Marked text={gatewayName} words={[]} isForeign />
          </span>
        )}
      </span>
      <span role="gridcell" className="auditQuiet auditActor">
        <Marked text={row.actor} words={searched} isForeign />
      </span>
      <span role="gridcell" className="auditOutcome">
        {row.outcome === 'ok' ? (
          <VisuallyHidden>{t('outcome.ok')}</VisuallyHidden>
        ) : (
          <span className="state" data-tone={row.outcome === 'refused' ? 'warn' : 'bad'}>
            {t(`outcome.${row.outcome}`)}
          </span>
        )}
      </span>
      <span role="gridcell" className="auditMark" data-mark={row.mark} title={mark}>
        {row.mark === 'changed' && <IconShieldX size={16} aria-hidden />}
        {row.mark === 'unverified' && <IconShieldQuestion size={16} aria-hidden />}
        <VisuallyHidden>{mark}</VisuallyHidden>
      </span>
    </>
  )
})
