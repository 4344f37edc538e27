/** Ctrl+K: machines by search, views and actions, from anywhere but a terminal (there it is Ctrl+Shift+K). */
import { createSpotlight, Spotlight } from '@mantine/spotlight'
import {
  IconActivity,
  IconBrandAzure,
  IconChecks,
  IconFileImport,
  IconKey,
  IconLanguage,
  IconMoon,
  IconMovie,
  IconPlus,
  IconScale,
  IconScreenShare,
  IconSearch,
  IconServer2,
  IconSettings,
  IconSun,
  IconSunMoon,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineRow, MachineState } from '../../preload/contract.ts'
import { readFromScreen } from '../challenges/reading/readKey.ts'
import { useAsk, useDo } from '../door.ts'
import { openDialog } from '../machines/dialog.ts'
import { useConnect } from '../sessions/connect.ts'
import { show } from '../view.ts'
import { Foreign } from './foreign.tsx'

const [store, palette] = createSpotlight()
export const openPalette = palette.open

const action = (label: string, icon: ReactNode, act: () => void) => ({ label, icon, act })

export function Palette() {
  const { t } = useTranslation(['common', 'machines', 'people', 'azure', 'reading'])
  const [query, setQuery] = useState('')
  const connect = useConnect()
  const change = useDo('settings.change')
  const ready = useFound(query, 'configured', 7)
  const others = useFound(query, 'notConfigured', 4)
  useKey()

  const views = [
    action(t('views.machines'), <IconServer2 size={18} />, () => show({ name: 'machines' })),
    action(t('views.access'), <IconKey size={18} />, () => show({ name: 'access' })),
    action(t('views.audit'), <IconActivity size={18} />, () => show({ name: 'audit' })),
    action(t('views.recordings'), <IconMovie size={18} />, () => show({ name: 'recordings' })),
    action(t('views.approvals'), <IconChecks size={18} />, () => show({ name: 'approvals' })),
    action(t('views.policies'), <IconScale size={18} />, () => show({ name: 'policies' })),
    action(t('views.people'), <IconUsers size={18} />, () => show({ name: 'people' })),
    action(t('views.settings'), <IconSettings size={18} />, () => show({ name: 'settings' })),
  ].filter(fits)
  const actions = [
    action(t('machines:add.title'), <IconPlus size={18} />, () => openDialog({ name: 'add' })),
    action(t('machines:import.title'), <IconFileImport size={18} />, () => openDialog({ name: 'import' })),
    action(t('people:join.title'), <IconUsersGroup size={18} />, () => openDialog({ name: 'join' })),
    action(t('azure:signIn.title'), <IconBrandAzure size={18} />, () => openDialog({ name: 'azure' })),
    action(t('reading:screen'), <IconScreenShare size={18} />, readFromScreen),
    action(t('palette.themeLight'), <IconSun size={18} />, () => change.mutate({ theme: 'light' })),
    action(t('palette.themeDark'), <IconMoon size={18} />, () => change.mutate({ theme: 'dark' })),
    action(t('palette.themeSystem'), <IconSunMoon size={18} />, () => change.mutate({ theme: 'system' })),
    action(t('palette.english'), <IconLanguage size={18} />, () => change.mutate({ language: 'en' })),
    action(t('palette.german'), <IconLanguage size={18} />, () => change.mutate({ language: 'de' })),
  ].filter(fits)
  const found = ready.length + others.length + views.length + actions.length > 0

  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      transitionProps={{ duration: 0 }}
      maxHeight={460}
      scrollable
      size="lg"
      attributes={{ content: { 'aria-label': t('search') } }}
    >
      <Spotlight.Search
        placeholder={t('palette.placeholder')}
        aria-label={t('palette.placeholder')}
        leftSection={<IconSearch size={18} aria-hidden />}
      />
      <Spotlight.ActionsList {...reachableList}>
        {machines(t('palette.connect'), ready, connect)}
        {machines(t('palette.turnOn'), others, ({ id }) => show({ name: 'machines', machineId: id }))}
        {group(t('palette.views'), views)}
        {group(t('palette.actions'), actions)}
        {!found && <Spotlight.Empty>{t('palette.nothing')}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )

  function fits({ label }: { label: string }): boolean {
    return label.toLowerCase().includes(query.trim().toLowerCase())
  }
}

/** What scrolls can be scrolled by keys (WCAG 2.1.1); the list passes this on to its scroll area, which its type leaves out. */
const reachableList = { viewportProps: { tabIndex: 0 } }

function group(label: string, actions: { label: string; icon: ReactNode; act: () => void }[]) {
  if (actions.length === 0) return null
  return (
    <Spotlight.ActionsGroup label={label}>
      {actions.map((one) => (
        <Spotlight.Action key={one.label} label={one.label} leftSection={one.icon} onClick={one.act} highlightQuery={false} />
      ))}
    </Spotlight.ActionsGroup>
  )
}

function machines(label: string, rows: readonly MachineRow[], act: (machine: MachineRow) => void) {
  if (rows.length === 0) return null
  return (
    <Spotlight.ActionsGroup label={label}>
      {rows.map((machine) => (
        <Spotlight.Action key={machine.id} onClick={() => act(machine)}>
          <span className="paletteMachine">
            <Foreign text={machine.name} />
            <small>
              <Foreign text={machine.site === '' ? machine.address : `${machine.address} · ${machine.site}`} />
            </small>
          </span>
        </Spotlight.Action>
      ))}
    </Spotlight.ActionsGroup>
  )
}

function useFound(query: string, tab: MachineState, limit: number): readonly MachineRow[] {
  const search = query.trim().slice(0, 200)
  const list = useAsk(
    'machines.list',
    { tab, search, sort: 'name', descending: false, offset: 0, limit },
    // Never the machines of an earlier query: Enter would connect to one that was not meant.
    { enabled: search !== '' },
  )
  return search === '' ? [] : (list.data?.rows ?? [])
}

function useKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || event.altKey || !(event.ctrlKey || event.metaKey)) return
      // In a terminal Ctrl+K is the shell's (cut to the end of the line).
      if (!event.shiftKey && event.target instanceof Element && event.target.closest('.xterm')) return
      event.preventDefault()
      palette.toggle()
    }
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [])
}
