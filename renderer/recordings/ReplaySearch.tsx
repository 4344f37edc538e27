import { Loader, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { SearchHit } from '../../preload/contract.ts'
import { failureOf } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { clockText } from './timeline.ts'

interface ReplaySearchProps {
  text: string
  field: RefObject<HTMLInputElement | null>
  found: { hits: SearchHit[]; isAtLeast: boolean } | undefined
  isSearching: boolean
  error: unknown
  onText: (text: string) => void
  onHit: (hit: SearchHit) => void
  onStep: (step: 1 | -1) => void
}

/** Words in the recording, beside its screen: each place with its time and line. */
export function ReplaySearch({ text, field, found, isSearching, error, onText, onHit, onStep }: ReplaySearchProps) {
  const { t } = useTranslation('recordings')
  return (
    <search className="replaySearch" aria-label={t('search.label')}>
      <TextInput
        ref={field}
        size="sm"
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        leftSection={<IconSearch size={15} aria-hidden />}
        rightSection={isSearching ? <Loader size={14} /> : null}
        value={text}
        maxLength={200}
        onChange={({ currentTarget }) => onText(currentTarget.value)}
        onKeyDown={({ key, shiftKey }) => key === 'Enter' && onStep(shiftKey ? -1 : 1)}
      />
      <Text size="xs" c="dimmed" role="status">
        {found &&
          (found.hits.length === 0
            ? t('search.none')
            : t(found.isAtLeast ? 'search.atLeast' : 'search.found', { count: found.hits.length }))}
        {!found && text.trim() === '' && t('search.hint')}
      </Text>
      {error !== null && error !== undefined && failureOf(error).tag !== 'cancelled' && <FailureAlert failure={failureOf(error)} />}
      {found && found.hits.length > 0 && (
        <ul className="replayHits" data-hits={found.hits.length}>
          {found.hits.slice(0, shownHits).map((hit, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- the same words may come twice at the same time
            <li key={index}>
              <UnstyledButton className="replayHitRow" onClick={() => onHit(hit)} data-hit={index}>
                <span className="tabular quiet">{clockText(hit.atMs)}</span>
                <bdi>
                  {shortBefore(hit)}
                  <mark>{hit.line.slice(hit.from, hit.to)}</mark>
                  {hit.line.slice(hit.to, hit.to + 60)}
                </bdi>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </search>
  )
}

/** A list is looked through; the rest of many is on the timeline. */
const shownHits = 200

function shortBefore({ line, from }: SearchHit): string {
  return from > 12 ? `…${line.slice(from - 11, from)}` : line.slice(0, from)
}
