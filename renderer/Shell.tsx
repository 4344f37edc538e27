/** The frame around every view: rail, session tabs, notices, and what may open over any of them. */
import { Kbd, Loader, Center, UnstyledButton } from '@mantine/core'
import {
  IconActivity,
  IconBuildingFortress,
  IconChecks,
  IconKey,
  IconMovie,
  IconScale,
  IconSearch,
  IconServer2,
  IconSettings,
  IconUsers,
} from '@tabler/icons-react'
import { Suspense, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { waitingForMe } from './approvals/inbox.ts'
import { isWaiting } from './approvals/signIns.ts'
import { LogAlarms } from './audit/LogAlarms.tsx'
import { useReadKey } from './challenges/reading/readKey.ts'
import { ChallengeHost } from './challenges/ChallengeHost.tsx'
import { useAsk } from './door.ts'
import { Dialogs } from './machines/Dialogs.tsx'
import { MachinesView } from './machines/MachinesView.tsx'
import { HostNotice } from './parts/HostNotice.tsx'
import { KeychainNotice } from './parts/KeychainNotice.tsx'
import { openPalette, Palette } from './parts/Palette.tsx'
import { useLinks } from './parts/useLinks.ts'
import { administered, useGateways } from './people/useGateways.ts'
import { ConnectPanel } from './sessions/ConnectPanel.tsx'
import { SessionTabs } from './sessions/SessionTabs.tsx'
import { show, useView, type View } from './view.ts'
import {
  AccessView,
  ApprovalsView,
  AuditView,
  loadWhenIdle,
  PeopleView,
  PoliciesView,
  RecordingsView,
  ReplayView,
  SessionView,
  SettingsView,
} from './views.ts'
import { Welcome } from './welcome/Welcome.tsx'

const places = [
  { view: { name: 'machines' }, icon: IconServer2 },
  { view: { name: 'access' }, icon: IconKey },
  { view: { name: 'approvals' }, icon: IconChecks },
  { view: { name: 'audit' }, icon: IconActivity },
  { view: { name: 'recordings' }, icon: IconMovie },
  { view: { name: 'policies' }, icon: IconScale },
  { view: { name: 'people' }, icon: IconUsers },
  { view: { name: 'settings' }, icon: IconSettings },
] as const

type Places = readonly (typeof places)[number][]

/** What a console alone with its own gateway has no use for is not offered: nobody asks it, and nobody can be invited. */
function usePlaces(): Places {
  const gateways = useGateways()
  const waiting = useAsk('grants.list', {}).data?.grants.some(({ state }) => state === 'requested') ?? false
  const records = (useAsk('settings.get', {}).data?.recordings.when ?? 'off') !== 'off'
  const hasRecordings = (useAsk('recordings.usage', {}).data?.count ?? 0) > 0
  const isTeam = gateways.some(({ isDesk }) => !isDesk)
  const isAdmin = administered(gateways).length > 0
  const isOffered: Partial<Record<View['name'], boolean>> = {
    approvals: isTeam || waiting,
    people: isAdmin,
    recordings: records || hasRecordings,
  }
  return places.filter(({ view: { name } }) => isOffered[name] ?? true)
}

export function Shell() {
  const { t } = useTranslation()
  const settings = useAsk('settings.get', {})
  const view = useView()
  const shown = usePlaces()
  useLinks()
  useViewKeys(shown)
  useReadKey()
  useEffect(loadWhenIdle, [])

  if (settings.isPending)
    return (
      <Center h="100%" data-shell="starting">
        <Loader aria-label={t('loading')} />
      </Center>
    )
  return (
    <>
      {settings.data?.welcomed === false ? (
        <Welcome />
      ) : (
        <div className="shell" data-shell="ready">
          <a className="skip" href="#content">
            {t('skip')}
          </a>
          <Rail view={view} shown={shown} />
          <div className="stage">
            <div className="stageTop">
              <SessionTabs />
            </div>
            <LogAlarms />
            <KeychainNotice />
            <Stage view={view} />
          </div>
        </div>
      )}
      <ConnectPanel />
      <ChallengeHost />
      <Dialogs />
      <Palette />
    </>
  )
}

function Rail({ view, shown }: { view: View; shown: Places }) {
  const { t } = useTranslation(['common', 'approvals'])
  const grants = useAsk('grants.list', {}).data?.grants ?? []
  const open = grants.filter(({ state, ofOthers }) => state === 'open' && ofOthers !== true).length
  const challenges = useAsk('challenges.list', {}).data?.challenges ?? []
  const waiting = waitingForMe(grants).length + challenges.filter(isWaiting).length
  return (
    <nav className="rail" aria-label={t('navigation')} data-rail>
      <div className="railMark">
        <IconBuildingFortress size={22} color="var(--gate-accent-text)" aria-hidden />
        <span>{t('app')}</span>
      </div>
      {shown.map(({ view: place, icon: Icon }, index) => (
        <UnstyledButton
          key={place.name}
          className="railItem"
          data-place={place.name}
          aria-current={view.name === place.name ? 'page' : undefined}
          title={`${t(`views.${place.name}`)} (Alt+${index + 1})`}
          aria-keyshortcuts={`Alt+${index + 1}`}
          onClick={() => show(place)}
        >
          <Icon size={18} stroke={1.75} aria-hidden />
          <span>{t(`views.${place.name}`)}</span>
          {place.name === 'access' && open > 0 && (
            <span className="badge" title={t('openGrants', { count: open })}>
              {open}
            </span>
          )}
          {place.name === 'approvals' && waiting > 0 && (
            <span className="badge" data-tone="warn" title={t('approvals:waits', { count: waiting })}>
              {waiting}
            </span>
          )}
        </UnstyledButton>
      ))}
      <div className="railFoot">
        <HostNotice />
        <UnstyledButton className="railItem" onClick={openPalette} aria-keyshortcuts="Control+K" title={`${t('search')} (Ctrl+K)`}>
          <IconSearch size={18} stroke={1.75} aria-hidden />
          <span>{t('searchShort')}</span>
          <Kbd size="xs">Ctrl K</Kbd>
        </UnstyledButton>
      </div>
    </nav>
  )
}

/** Machines stay mounted behind the other views, so that search, place in the list and choice are still there on return. */
function Stage({ view }: { view: View }) {
  const ref = useRef<HTMLElement>(null)
  return (
    <main className="stageMain" id="content" tabIndex={-1} ref={ref}>
      <div hidden={view.name !== 'machines'} style={{ height: '100%' }}>
        <MachinesView
          shown={view.name === 'machines'}
          {...(view.name === 'machines' && view.machineId !== undefined ? { machineId: view.machineId } : {})}
        />
      </div>
      <Suspense>
        {view.name === 'access' && <AccessView />}
        {view.name === 'approvals' && <ApprovalsView />}
        {view.name === 'policies' && <PoliciesView key={view.levels?.join(' ')} levels={view.levels} />}
        {view.name === 'people' && <PeopleView />}
        {view.name === 'audit' && <AuditView key={`${view.machineId} ${view.span} ${view.grantId}`} {...withoutName(view)} />}
        {view.name === 'recordings' &&
          (view.recordingId === undefined ? <RecordingsView /> : <ReplayView key={view.recordingId} recordingId={view.recordingId} />)}
        {view.name === 'settings' && <SettingsView />}
        {view.name === 'session' && <SessionView key={view.sessionId} sessionId={view.sessionId} />}
      </Suspense>
    </main>
  )
}

function withoutName({ name: _name, ...rest }: Extract<View, { name: 'audit' }>): Omit<Extract<View, { name: 'audit' }>, 'name'> {
  return rest
}

/** Alt+1, Alt+2 … for the views of the rail; a terminal keeps its keys. */
function useViewKeys(shown: Places): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const place = shown[Number(event.key) - 1]
      if (!place || !event.altKey || event.ctrlKey || event.metaKey) return
      if (event.target instanceof Element && event.target.closest('.xterm')) return
      event.preventDefault()
      show(place.view)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [shown])
}
