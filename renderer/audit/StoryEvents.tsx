import { UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { AuditRow } from '../../preload/contract.ts'
import { Foreign } from '../parts/foreign.tsx'
import { exactText } from '../parts/time.ts'
import { AuditIcon } from './AuditIcon.tsx'
import { sinceText } from './ranges.ts'
import type { StoryEvent } from './story.ts'
import { useAuditWords } from './useSentence.ts'

interface StoryEventsProps {
  events: readonly StoryEvent[]
  openId: string | undefined
  onOpen: (row: AuditRow, byKey: boolean) => void
}

/** Every event of an access, one under the other, each with how long after the first it was. */
export function StoryEvents({ events, openId, onOpen }: StoryEventsProps) {
  const { t, i18n } = useTranslation('audit')
  const words = useAuditWords()
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' })
  return (
    <ol className="storyEvents" aria-label={t('story.label')}>
      {events.map(({ row, chapter, begins, sinceMs }) => {
        const glance = words.glance(row)
        return (
          <li key={row.id} data-begins={begins}>
            <span className="storyChapter">{begins && t(`story.chapter.${chapter}`)}</span>
            <UnstyledButton
              className="storyEvent"
              aria-pressed={row.id === openId}
              data-action={row.action}
              data-outcome={row.outcome}
              onClick={(event) => onOpen(row, event.detail === 0)}
            >
              <AuditIcon action={row.action} outcome={row.outcome} />
              <span className="auditSentence">
                <span>{words.sentence(row.action)}</span>
                {row.port !== undefined && <span className="auditQuiet auditPort">{t('port', { port: row.port })}</span>}
                {glance && <span className="auditQuiet">{glance.isForeign ? <Foreign text={glance.text} /> : glance.text}</span>}
              </span>
              {row.outcome !== 'ok' && (
                <span className="state" data-tone={row.outcome === 'refused' ? 'warn' : 'bad'}>
                  {t(`outcome.${row.outcome}`)}
                </span>
              )}
              <span className="auditQuiet storyActor">
                <Foreign text={row.actor} />
              </span>
              <time className="auditQuiet tabular" dateTime={row.at} title={exactText(row.at, i18n.language)}>
                {time.format(new Date(row.at))}
              </time>
              <span className="auditQuiet tabular storySince">{sinceText(sinceMs)}</span>
            </UnstyledButton>
          </li>
        )
      })}
    </ol>
  )
}
