import './sessions.css'
import { CloseButton, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../preload/contract.ts'
import { call, useAsk } from '../door.ts'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { show, useView } from '../view.ts'
import { keepTerminals } from './openTerminals.ts'
import { WayIcon } from './WayIcon.tsx'

/** The sessions as tabs, in the window's top bar. Ctrl+PageUp and Ctrl+PageDown go through them. */
export function SessionTabs() {
  const { t } = useTranslation('sessions')
  const sessions = useAsk('sessions.list', {}).data?.sessions
  const view = useView()
  const front = view.name === 'session' ? view.sessionId : undefined
  useEffect(() => {
    if (sessions) keepTerminals(new Set(sessions.map(({ sessionId }) => sessionId)))
  }, [sessions])
  useTabKeys(sessions ?? [], front)
  usePaneKey()
  if (!sessions || sessions.length === 0) return null
  return (
    <div className="tabs" role="tablist" aria-label={t('tabs.label')} onKeyDown={onTabKey} data-tabs>
      {sessions.map((session, index) => (
        <Tab
          key={session.sessionId}
          session={session}
          isFront={session.sessionId === front}
          // One stop of the Tab key for all of them; arrows go on from there.
          isStop={front === undefined ? index === 0 : session.sessionId === front}
        />
      ))}
    </div>
  )
}

function Tab({ session, isFront, isStop }: { session: Session; isFront: boolean; isStop: boolean }) {
  const { t } = useTranslation('sessions')
  const { sessionId, machineName } = session
  const isEnded = session.endedAt !== undefined
  const state = t(isEnded ? 'tabs.ended' : 'tabs.live')
  const open = () => show({ name: 'session', sessionId })
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isFront) place.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isFront])
  return (
    <div ref={place} className="tab" role="presentation" data-front={isFront} data-ended={isEnded} data-session={sessionId}>
      <UnstyledButton
        className="tabName"
        role="tab"
        aria-selected={isFront}
        aria-keyshortcuts="Delete"
        tabIndex={isStop ? 0 : -1}
        onKeyDown={({ key }) => key === 'Delete' && closeSession(session)}
        title={`${machineName.slice(0, 300)} · ${t(`way.${session.way}`)} · ${state}`}
        onClick={open}
        onAuxClick={(event) => event.button === 1 && closeSession(session)}
      >
        {isEnded ? <IconPlugConnectedX size={16} aria-hidden /> : <WayIcon way={session.way} size={16} />}
        <Foreign text={machineName} />
        <VisuallyHidden>{state}</VisuallyHidden>
      </UnstyledButton>
      {/* For the mouse alone: a list of tabs holds tabs and nothing else (WAI-ARIA), and the Delete key does the same. */}
      <CloseButton
        size="sm"
        mx={4}
        aria-hidden
        tabIndex={-1}
        title={t(isEnded ? 'tabs.close' : 'tabs.endOf', { machine: isolate(machineName) })}
        onClick={() => closeSession(session)}
      />
    </div>
  )
}

/**
 * F6 goes between the tabs (or the rail, while there are none) and what is below them. A terminal keeps F6 for its programs and lets go
 * with Ctrl+F6: it takes the Tab key too, so without this the keyboard could not leave it (WCAG 2.1.2).
 */
function usePaneKey(): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== 'F6' || event.altKey || event.metaKey || document.querySelector('[role=dialog]')) return
      const { target } = event
      if (!event.ctrlKey && target instanceof Element && target.closest('.xterm')) return
      event.preventDefault()
      event.stopPropagation()
      const above =
        document.querySelector<HTMLElement>('[data-tabs] [tabindex="0"]') ??
        document.querySelector<HTMLElement>('[data-rail] [aria-current]')
      const below = document.querySelector<HTMLElement>('[data-terminal] textarea') ?? document.querySelector<HTMLElement>('#content')
      const next = above?.contains(document.activeElement) ? below : above
      next?.focus()
    }
    // Before the terminal, which would send the key to the machine.
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [])
}

/** Arrows, Home and End go from tab to tab; Enter or Space opens the one with the focus. */
function onTabKey(event: KeyboardEvent<HTMLElement>): void {
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')]
  const at = tabs.findIndex((tab) => tab === document.activeElement)
  if (at < 0) return
  const places: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }
  const to = places[event.key]
  if (to === undefined) return
  event.preventDefault()
  tabs[(to + tabs.length) % tabs.length]?.focus()
}

/** Ends a live session and takes an ended one off the list; a live one's tab goes too, because it was closed by hand. */
export function closeSession(session: Pick<Session, 'sessionId' | 'endedAt'>): void {
  const { sessionId } = session
  const close = () => call('sessions.close', { sessionId })
  // What is off the list already needs no closing.
  const closing = session.endedAt === undefined ? close().then(close) : close()
  closing.catch(() => undefined)
}

function useTabKeys(sessions: readonly Session[], front: string | undefined): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (!event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
      const step = event.key === 'PageDown' ? 1 : event.key === 'PageUp' ? -1 : 0
      if (step === 0 || sessions.length === 0) return
      const at = sessions.findIndex(({ sessionId }) => sessionId === front)
      const next = sessions[at < 0 ? 0 : (at + step + sessions.length) % sessions.length]
      if (!next) return
      event.preventDefault()
      event.stopPropagation()
      show({ name: 'session', sessionId: next.sessionId })
    }
    // Before the terminal, which would send the key to the machine.
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [sessions, front])
}
