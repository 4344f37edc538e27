import '@xterm/xterm/css/xterm.css'
import { ActionIcon, useComputedColorScheme } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Session, Settings } from '../../preload/contract.ts'
import { call } from '../door.ts'
import { isolate } from '../parts/foreign.tsx'
import { type Paste, toPaste } from './paste.ts'
import { EndBar } from './SessionEnd.tsx'
import { terminalLook } from './terminalLook.ts'
import { LinkQuestion, PasteQuestion } from './TerminalQuestions.tsx'
import { redrawOld, terminalOf } from './terminals.ts'
import { TerminalSearch } from './TerminalSearch.tsx'

function copy(text: string): void {
  // The clipboard's failure would only be noise while someone selects text; the next copy says it again.
  if (text !== '') call('app.copyText', { text }).catch(() => undefined)
}

/** The terminal of one session, with search, copy and paste. */
export function TerminalPane({ session, settings }: { session: Session; settings: Settings['terminal'] }) {
  const { t } = useTranslation('sessions')
  const box = useRef<HTMLDivElement>(null)
  const isDark = useComputedColorScheme('light') === 'dark'
  const look = useMemo(() => terminalLook(settings, isDark), [settings, isDark])
  const [isSearching, setSearching] = useState(false)
  const [paste, setPaste] = useState<Paste>()
  const [link, setLink] = useState<string>()
  const { sessionId, startedAt } = session
  const isLive = session.endedAt === undefined
  const { copyOnSelect } = settings
  // The terminal outlives this view; the look of the first time is brought up to date below.
  const [held] = useState(() => terminalOf(sessionId, look))
  const { screen } = held

  useEffect(() => {
    const container = box.current
    if (!container) return
    const hide = screen.show(container)
    screen.terminal.focus()
    redrawOld({ sessionId, startedAt }, screen)
    return hide
  }, [screen, sessionId, startedAt])

  useEffect(() => screen.look(look), [screen, look])

  useEffect(() => {
    held.listen({
      linkChosen: setLink,
      selected: (text) => copyOnSelect && copy(text),
      ownKey: (event) => {
        if (!event.ctrlKey || !event.shiftKey || event.altKey) return false
        switch (event.code) {
          case 'KeyC':
            // Also keeps the browser's own meaning of the key (developer tools) away.
            event.preventDefault()
            if (event.type === 'keydown') copy(screen.terminal.getSelection())
            return true
          case 'KeyF':
            event.preventDefault()
            setSearching(true)
            return true
          case 'KeyV':
            // The browser pastes; the paste event below decides what is sent.
            return true
          default:
            return false
        }
      },
    })
    return () => held.listen(undefined)
  }, [held, screen, copyOnSelect])

  const send = (text: string) => {
    screen.terminal.paste(text)
    screen.terminal.focus()
  }
  useEffect(() => {
    const container = box.current
    if (!container) return
    const onPaste = (event: ClipboardEvent): void => {
      // Before xterm.js, which would send it at once.
      event.preventDefault()
      event.stopPropagation()
      const next = toPaste(event.clipboardData?.getData('text/plain') ?? '')
      if (next.text === '') return
      if (next.mustAsk) setPaste(next)
      else screen.terminal.paste(next.text)
    }
    container.addEventListener('paste', onPaste, { capture: true })
    return () => container.removeEventListener('paste', onPaste, { capture: true })
  }, [screen])

  return (
    <div className="terminalPane" style={{ background: look.theme?.background }}>
      <div
        className="terminalBox"
        ref={box}
        role="region"
        aria-label={t('terminal.label', { machine: isolate(session.machineName) })}
        data-terminal
      />
      {!isSearching && (
        <div className="terminalTools">
          <ActionIcon
            variant="default"
            aria-label={t('terminal.searchPlaceholder')}
            title={t('terminal.shortcuts')}
            aria-keyshortcuts="Control+Shift+F"
            onClick={() => setSearching(true)}
          >
            <IconSearch size={16} aria-hidden />
          </ActionIcon>
        </div>
      )}
      {isSearching && (
        <TerminalSearch
          search={screen.search}
          onClose={() => {
            setSearching(false)
            screen.terminal.focus()
          }}
        />
      )}
      {!isLive && <EndBar session={session} />}
      {paste && <PasteQuestion paste={paste} onPaste={() => send(paste.text)} onClose={() => setPaste(undefined)} />}
      {link !== undefined && <LinkQuestion url={link} onClose={() => setLink(undefined)} />}
    </div>
  )
}
