import { ActionIcon, Text, TextInput, useComputedColorScheme } from '@mantine/core'
import type { ISearchOptions, SearchAddon } from '@xterm/addon-search'
import { IconChevronDown, IconChevronUp, IconX } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

/** Marks as "#rrggbb", which is all that the search add-on takes. */
const marks = {
  dark: {
    matchBackground: '#5c4a12',
    activeMatchBackground: '#a07a00',
    matchOverviewRuler: '#a07a00',
    activeMatchColorOverviewRuler: '#ffd43b',
  },
  light: {
    matchBackground: '#fff3bf',
    activeMatchBackground: '#ffd43b',
    matchOverviewRuler: '#fab005',
    activeMatchColorOverviewRuler: '#e67700',
  },
} as const

/** Search in the terminal's screen and scrollback. Esc closes. */
export function TerminalSearch({ search, onClose }: { search: SearchAddon; onClose: () => void }) {
  const { t } = useTranslation('sessions')
  const scheme = useComputedColorScheme('light')
  const [text, setText] = useState('')
  const [found, setFound] = useState<{ index: number; count: number }>()
  const options: ISearchOptions = { decorations: marks[scheme] }
  useEffect(() => {
    const listening = search.onDidChangeResults(({ resultIndex, resultCount }) => setFound({ index: resultIndex + 1, count: resultCount }))
    return () => {
      listening.dispose()
      search.clearDecorations()
    }
  }, [search])
  const find = (next: string) => {
    setText(next)
    if (next === '') {
      search.clearDecorations()
      setFound(undefined)
    } else search.findPrevious(next, { ...options, incremental: true })
  }
  return (
    <div
      className="terminalSearch"
      role="search"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
        if (event.key !== 'Enter' || text === '') return
        event.preventDefault()
        if (event.shiftKey) search.findNext(text, options)
        else search.findPrevious(text, options)
      }}
    >
      <TextInput
        size="xs"
        w={220}
        aria-label={t('terminal.searchPlaceholder')}
        placeholder={t('terminal.searchPlaceholder')}
        value={text}
        // Opened by a key: what is typed next belongs here.
        autoFocus
        onChange={(event) => find(event.currentTarget.value)}
      />
      <Text size="xs" c="dimmed" w={88} ta="center" role="status" className="tabular">
        {text !== '' && found && (found.count === 0 ? t('terminal.noResults') : t('terminal.results', found))}
      </Text>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t('terminal.next')}
        title={t('terminal.next')}
        onClick={() => text && search.findPrevious(text, options)}
      >
        <IconChevronUp size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t('terminal.previous')}
        title={t('terminal.previous')}
        onClick={() => text && search.findNext(text, options)}
      >
        <IconChevronDown size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" aria-label={t('terminal.closeSearch')} title={t('terminal.closeSearch')} onClick={onClose}>
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </div>
  )
}
