import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { SshConfigPreview } from '../../preload/contract.ts'
import { Foreign } from '../parts/foreign.tsx'

/** Lines of a config that are no machine, each with its number and the reason. */
export function LeftOut({ lines }: { lines: SshConfigPreview['leftOut'] }) {
  const { t } = useTranslation('machines')
  if (lines.length === 0) return null
  return (
    <details className="leftOut">
      <summary>
        <Text span size="sm">
          {t('import.leftOut', { count: lines.length })}
        </Text>
      </summary>
      <ul>
        {lines.map((line) => (
          <li key={`${line.line}-${line.text}`}>
            <span className="tabular">{t('import.line', { line: line.line })}</span>
            <code>
              <Foreign text={line.text} />
            </code>
            <span>{t(`import.why.${line.why}`)}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
