import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { policyLines } from './policyLines.ts'

/** A policy's JSON, line by line: what goes and what comes is said by signs and words too, not by colour alone. */
export function PolicyDiff({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation('azure')
  const lines = useMemo(() => policyLines(before, after), [before, after])
  return (
    <div className="policyDiff" role="group" aria-label={t('policy.lines')} tabIndex={0}>
      {lines.map((line, index) =>
        line.kind === 'fold' ? (
          // oxlint-disable-next-line react/no-array-index-key -- lines have nothing else to be told apart by, and never move
          <div key={index} data-line="fold">
            {t('policy.unchanged', { count: line.count })}
          </div>
        ) : (
          // oxlint-disable-next-line react/no-array-index-key -- see above
          <div key={index} data-line={line.kind}>
            {line.kind !== 'same' && <span className="hiddenText">{t(line.kind === 'added' ? 'policy.added' : 'policy.taken')}</span>}
            {line.text}
          </div>
        ),
      )}
    </div>
  )
}
