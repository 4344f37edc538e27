import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconFileImport, IconPlus, IconServer2, IconZoomQuestion } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { MachineSlice, MachineState } from '../../preload/contract.ts'
import { isolate } from '../parts/foreign.tsx'
import { openDialog } from './dialog.ts'
import { isNarrowed, type MachineQuery } from './query.ts'

export function LoadingList() {
  const { t } = useTranslation()
  return (
    <div className="machineRest card" aria-busy aria-label={t('loading')} role="status">
      <Stack gap={0} p="md">
        {Array.from({ length: 10 }, (_, index) => (
          <Skeleton key={index} height={20} my={14} width={`${96 - ((index * 13) % 30)}%`} />
        ))}
      </Stack>
    </div>
  )
}

/** No machine at all: the two ways to the first one. */
export function EmptyInventory() {
  const { t } = useTranslation('machines')
  return (
    <div className="machineRest machineEmpty card">
      <IconServer2 size={44} stroke={1.25} aria-hidden />
      <Title order={2}>{t('empty.title')}</Title>
      <Text c="dimmed" maw={440} ta="center">
        {t('empty.text')}
      </Text>
      <Group mt="xs">
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => openDialog({ name: 'add' })}>
          {t('add.title')}
        </Button>
        <Button variant="default" leftSection={<IconFileImport size={16} aria-hidden />} onClick={() => openDialog({ name: 'import' })}>
          {t('import.button')}
        </Button>
      </Group>
    </div>
  )
}

interface NothingProps {
  query: MachineQuery
  counts: MachineSlice['counts']
  onTab: (tab: MachineState) => void
  onClear: () => void
  onClearFilter: () => void
}

/** Nothing in this tab: says in which tab there is something. */
export function NothingFound({ query, counts, onTab, onClear, onClearFilter }: NothingProps) {
  const { t } = useTranslation('machines')
  const elsewhere = (['configured', 'notConfigured', 'unsupported'] as const).filter((tab) => tab !== query.tab && counts[tab] > 0)
  return (
    <div className="machineRest machineEmpty card">
      <IconZoomQuestion size={40} stroke={1.25} aria-hidden />
      <Title order={2}>{t(titleOf(query))}</Title>
      {query.search === '' && query.scope === 'favourites' && <Text c="dimmed">{t('nothing.favouritesText')}</Text>}
      {query.search !== '' && (
        <Text c="dimmed" maw={520} ta="center" style={{ overflowWrap: 'anywhere' }}>
          {t(elsewhere.length > 0 ? 'nothing.searchText' : 'nothing.searchNone', { search: isolate(query.search) })}
        </Text>
      )}
      <Group gap="xs">
        {elsewhere.map((tab) => (
          <Button key={tab} variant="default" onClick={() => onTab(tab)}>
            {t('nothing.elsewhere', { tab: t(`tabs.${tab}`), count: counts[tab] })}
          </Button>
        ))}
        {query.search !== '' && (
          <Button variant="subtle" onClick={onClear}>
            {t('search.clear')}
          </Button>
        )}
        {isNarrowed(query) && (
          <Button variant="subtle" onClick={onClearFilter}>
            {t('filter.clear')}
          </Button>
        )}
      </Group>
    </div>
  )
}

function titleOf({ search, scope, ...query }: MachineQuery) {
  if (search !== '') return 'nothing.search'
  if (scope === 'favourites' || scope === 'recent') return `nothing.${scope}` as const
  return isNarrowed({ search, ...query }) ? 'nothing.filtered' : (`nothing.${query.tab}` as const)
}
