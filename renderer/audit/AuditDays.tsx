import { UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { AuditRow } from '../../preload/contract.ts'
import { Foreign } from '../parts/foreign.tsx'
import { exactText } from '../parts/time.ts'
import { useNow } from '../parts/useNow.ts'
import type { Day } from './auditFilter.ts'
import { AuditIcon } from './AuditIcon.tsx'
import { useAuditWords } from './useSentence.ts'

interface AuditDaysProps {
  days: readonly Day[]
  chosenSeq: number | undefined
  onOpen: (row: AuditRow) => void
}

const dayMs = 86_400_000

/** Events in rows of one height, under a heading for each day. */
export function AuditDays({ days, chosenSeq, onOpen }: AuditDaysProps) {
  const { t, i18n } = useTranslation('audit')
  const words = useAuditWords()
  const todayMs = new Date(useNow()).setHours(0, 0, 0, 0)
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' })
  const date = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'full' })
  const heading = (startMs: number) => {
    const told = date.format(startMs)
    // Days have 23 to 25 hours where the clocks are changed.
    const ago = Math.round((todayMs - startMs) / dayMs)
    return ago === 0 ? `${t('today')}, ${told}` : ago === 1 ? `${t('yesterday')}, ${told}` : told
  }
  return days.map(({ startMs, rows }) => (
    <section key={`${startMs} ${rows[0]?.seq}`} aria-label={heading(startMs)}>
      <h3 className="auditDay" style={{ margin: 0 }}>
        {heading(startMs)}
      </h3>
      {rows.map((row) => {
        const glance = words.glance(row)
        return (
          <UnstyledButton
            key={row.seq}
            className="auditRow"
            data-chosen={row.seq === chosenSeq}
            data-action={row.action}
            data-outcome={row.outcome}
            onClick={() => onOpen(row)}
          >
            <time dateTime={row.at} title={exactText(row.at, i18n.language)}>
              {time.format(new Date(row.at))}
            </time>
            <AuditIcon action={row.action} outcome={row.outcome} />
            <span className="auditSentence">
              <span>{words.sentence(row.action)}</span>
              {row.port !== undefined && <span className="auditQuiet">{t('port', { port: row.port })}</span>}
              {glance && <span className="auditQuiet">{glance.isForeign ? <Foreign text={glance.text} /> : glance.text}</span>}
            </span>
            <span>{row.machineName !== undefined && <Foreign text={row.machineName} />}</span>
            <span className="auditQuiet">
              <Foreign text={row.actor} />
            </span>
            <span>
              {row.outcome === 'ok' ? (
                <VisuallyHidden>{t('outcome.ok')}</VisuallyHidden>
              ) : (
                <span className="state" data-tone={row.outcome === 'refused' ? 'warn' : 'bad'}>
                  {t(`outcome.${row.outcome}`)}
                </span>
              )}
            </span>
          </UnstyledButton>
        )
      })}
    </section>
  ))
}
