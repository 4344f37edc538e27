/** The inventory: three tabs, search, and the list of machines (INV-1 to INV-5). */
import { Button, CloseButton, Group, Kbd, SegmentedControl, TextInput, Title } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconFileImport, IconPlus, IconSearch } from '@tabler/icons-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineRow, MachineSource, MachineState } from '../../preload/contract.ts'
import { TenantNotices } from '../azure/TenantNotices.tsx'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { show } from '../view.ts'
import { BulkBar } from './BulkBar.tsx'
import { usualColumns } from './columns.ts'
import { openDialog, useDialog } from './dialog.ts'
import { FilterBar } from './FilterBar.tsx'
import { EmptyInventory, LoadingList, NothingFound } from './ListStates.tsx'
import { MachineDrawer } from './MachineDrawer.tsx'
import { type ListHandle, MachineList } from './MachineList.tsx'
import { markShown } from './markShown.ts'
import { firstQuery, isNarrowed, type MachineQuery, nextSort, withoutFilter } from './query.ts'
import { mostChosen, mostRows } from './slices.ts'
import { HeldNotices, SourceState } from './SourceNotes.tsx'
import { useDeeds } from './useDeeds.ts'
import { useMachineHead } from './useMachineSlices.ts'

const tabs: readonly MachineState[] = ['configured', 'notConfigured', 'unsupported']

export function MachinesView({ machineId, shown }: { machineId?: string; shown: boolean }) {
  const { t, i18n } = useTranslation('machines')
  const [query, setQuery] = useState<MachineQuery>(firstQuery)
  const [chosen, setChosen] = useState<ReadonlyMap<string, MachineRow>>(new Map())
  const list = useMachineHead(query)
  const wide = useMediaQuery('(min-width: 1560px)', false, { getInitialValueInEffect: false })
  const ownColumns = useAsk('machines.own', {}).data?.columns
  const columns = useMemo(() => ownColumns ?? usualColumns(query.tab, wide), [ownColumns, query.tab, wide])
  const sources = useAsk('machines.sources', {})
  const { connect, turnOn, favour } = useDeeds()
  const search = useRef<HTMLInputElement>(null)
  const grid = useRef<ListHandle>(null)
  const dialogOpen = useDialog()?.opened === true
  useSlashKey(search, shown && !dialogOpen && machineId === undefined)

  const isHere = list.data !== undefined
  useEffect(() => {
    if (isHere) markShown()
  }, [isHere])

  const found = list.data?.counts
  const everywhere = found ? found.configured + found.notConfigured + found.unsupported : 0
  const isPlain = query.search === '' && !isNarrowed(query)
  /** Nothing is here because nothing was read yet: that is no count of anything. */
  const isUnread = everywhere === 0 && isPlain && (sources.isPending || (sources.data?.sources.some(isBeingRead) ?? false))
  const counts = isUnread ? undefined : found
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value)
  const details = useCallback((machine: MachineRow) => show({ name: 'machines', machineId: machine.id }), [])
  const main = (machine: MachineRow): void => {
    if (machine.state === 'notConfigured') void turnOn([machine])
    else connect(machine)
  }
  const choose = useCallback((machines: readonly MachineRow[], on: boolean): void => {
    setChosen((before) => {
      const next = new Map(before)
      for (const machine of machines) {
        if (on && next.size < mostChosen) next.set(machine.id, machine)
        if (!on) next.delete(machine.id)
      }
      return next
    })
  }, [])
  /** What is chosen is what can be seen: another tab begins anew. */
  const look = (next: MachineQuery): void => {
    if (next.tab !== query.tab) setChosen(new Map())
    setQuery(next)
  }
  const go = (tab: MachineState): void => look({ ...query, tab })

  return (
    <div className="view" data-view="machines">
      <Group justify="space-between" wrap="nowrap">
        <Title order={1}>{t('title')}</Title>
        <Group gap="xs" wrap="nowrap">
          <Button variant="default" leftSection={<IconFileImport size={16} aria-hidden />} onClick={() => openDialog({ name: 'import' })}>
            {t('import.button')}
          </Button>
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => openDialog({ name: 'add' })}>
            {t('add.title')}
          </Button>
        </Group>
      </Group>
      <Group justify="space-between" wrap="nowrap" gap="md">
        <SegmentedControl
          aria-label={t('tabs.label')}
          value={query.tab}
          onChange={(value) => go(tabs.find((tab) => tab === value) ?? 'configured')}
          data={tabs.map((tab) => ({
            value: tab,
            label: (
              <span className="tabLabel">
                {t(`tabs.${tab}`)} <span className="tabular">{counts ? number(counts[tab]) : '–'}</span>
              </span>
            ),
          }))}
        />
        <TextInput
          ref={search}
          className="machineSearch"
          type="search"
          aria-label={t('search.label')}
          placeholder={t('search.placeholder')}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            query.search === '' ? (
              <Kbd size="xs">/</Kbd>
            ) : (
              <CloseButton size="sm" aria-label={t('search.clear')} onClick={() => setQuery({ ...query, search: '' })} />
            )
          }
          maxLength={200}
          value={query.search}
          onChange={({ currentTarget }) => setQuery({ ...query, search: currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') grid.current?.focus()
            else if (event.key === 'Enter') grid.current?.enterFirst()
            else if (event.key === 'Escape' && query.search !== '') setQuery({ ...query, search: '' })
            else return
            event.preventDefault()
          }}
        />
      </Group>
      <FilterBar query={query} columns={columns} onQuery={look} />
      <HeldNotices />
      <TenantNotices />
      {list.data?.near && list.data.total > 0 && (
        <p className="quiet nearNote" role="status">
          {t('nothing.near')}
        </p>
      )}
      {chosen.size > 0 && <BulkBar machines={[...chosen.values()]} onTurnOn={turnOn} onDone={() => setChosen(new Map())} />}
      {body()}
      <footer className="machineFoot">
        {list.data && (
          <>
            {!isUnread && <span>{t('foot.count', { count: list.data.total, number: number(list.data.total) })}</span>}
            {list.data.total > mostRows && <strong>{t('foot.tooMany', { number: number(mostRows) })}</strong>}
            <SourceState asOf={list.data.asOf} />
          </>
        )}
        <span className="machineKeys" aria-hidden>
          <Kbd size="xs">↑↓</Kbd> {t('keys.move')} <Kbd size="xs">Enter</Kbd> {t('keys.connect')} <Kbd size="xs">→</Kbd>{' '}
          {t('keys.overview')} <Kbd size="xs">Space</Kbd> {t('keys.choose')} <Kbd size="xs">I</Kbd> {t('keys.details')}
        </span>
      </footer>
      <MachineDrawer machineId={machineId} onClose={() => show({ name: 'machines' })} />
    </div>
  )

  function body() {
    if (list.isPending || (isUnread && !list.isError)) return <LoadingList />
    if (list.isError)
      return (
        <div className="machineRest">
          <FailureAlert failure={failureOf(list.error)} onRetry={() => void list.refetch()} />
        </div>
      )
    if (list.data.total > 0)
      return (
        <MachineList
          query={query}
          columns={columns}
          onSort={(sort) => setQuery({ ...query, ...nextSort(query, sort) })}
          chosen={chosen}
          onChoose={choose}
          onFavour={favour}
          onMain={main}
          onConnect={connect}
          onDetails={details}
          onLeaveUp={() => search.current?.focus()}
          handle={grid}
        />
      )
    if (everywhere === 0 && isPlain) return <EmptyInventory />
    return (
      <NothingFound
        query={query}
        counts={list.data.counts}
        onTab={go}
        onClear={() => setQuery({ ...query, search: '' })}
        onClearFilter={() => setQuery(withoutFilter(query))}
      />
    )
  }
}

/** For the first time, so that it may have machines though there are none here. */
const isBeingRead = ({ asOf, state }: MachineSource) => asOf === undefined && (state === 'waiting' || state === 'reading')

/** `/` goes to the search from anywhere but a field. */
function useSlashKey(search: { current: HTMLInputElement | null }, on: boolean): void {
  useEffect(() => {
    if (!on) return
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.altKey || event.metaKey) return
      if (
        event.target instanceof HTMLElement &&
        event.target.closest('input:not([type=checkbox],[type=radio]), textarea, [contenteditable], .xterm')
      )
        return
      event.preventDefault()
      search.current?.select()
      search.current?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [search, on])
}
