import { Select, Tooltip, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconBuilding, IconMapPin, IconPencil, IconSearch, IconServer2 } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PolicyTree } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'
import { Foreign } from '../parts/foreign.tsx'
import { levelOfMachine, machineOfLevel } from './draft.ts'
import { draftKey, useDrafts } from './drafts.ts'

interface LevelTreeProps {
  tree: PolicyTree
  chosen: readonly string[]
  onChoose: (levels: readonly string[]) => void
}

/** The company, its sites, and the machines that are being looked at. */
export function LevelTree({ tree, chosen, onChoose }: LevelTreeProps) {
  const { t } = useTranslation('policies')
  const drafts = useDrafts()
  const providers = new Set(tree.levels.map(({ provider }) => provider.id))
  const inTree = new Set(tree.levels.map(({ level }) => level))
  const edited = [...new Set([...drafts.keys(), draftKey(chosen)])]
    .map((key) => key.split('\n'))
    .filter(([level = '']) => !inTree.has(level))
  return (
    <nav className="policyTree" aria-label={t('tree.label')}>
      {tree.levels.map((level, index) => {
        const isNewProvider = providers.size > 1 && tree.levels[index - 1]?.provider.id !== level.provider.id
        const Icon = level.kind === 'company' ? IconBuilding : IconMapPin
        return (
          <div key={level.level}>
            {isNewProvider && (
              <p className="policyProvider">
                <Foreign text={level.provider.name} />
              </p>
            )}
            <UnstyledButton
              className="policyLevel"
              style={{ paddingInlineStart: 10 + 16 * level.path.length }}
              aria-current={draftKey(chosen) === level.level || undefined}
              onClick={() => onChoose([level.level])}
              data-level={level.level}
            >
              <Icon size={16} stroke={1.75} aria-hidden />
              <span>{level.kind === 'company' ? t('view.company') : <Foreign text={level.name} />}</span>
              {level.own.length > 0 && (
                <Tooltip label={t('tree.own', { count: level.own.length })}>
                  <span className="policyOwn" aria-label={t('tree.own', { count: level.own.length })} role="img" />
                </Tooltip>
              )}
              {drafts.has(level.level) && <IconPencil size={14} aria-label={t('tree.draft')} />}
              <small title={t('tree.counts', { on: level.configured, all: level.machines, own: level.machinesWithOwn })}>
                {level.configured}/{level.machines}
              </small>
            </UnstyledButton>
          </div>
        )
      })}
      {edited.map((levels) => (
        <MachinesEntry key={draftKey(levels)} levels={levels} isChosen={draftKey(levels) === draftKey(chosen)} onChoose={onChoose} />
      ))}
      <MachinePicker onChoose={(machineId) => onChoose([levelOfMachine(machineId)])} />
      <p className="policyLegend">{t('tree.legend')}</p>
    </nav>
  )
}

interface MachinesEntryProps {
  levels: readonly string[]
  isChosen: boolean
  onChoose: (levels: readonly string[]) => void
}

/** A machine, or several together, that are looked at or have a draft. */
function MachinesEntry({ levels, isChosen, onChoose }: MachinesEntryProps) {
  const { t } = useTranslation('policies')
  const drafts = useDrafts()
  const machineId = machineOfLevel(levels[0] ?? '') ?? ''
  const name = useAsk('machines.get', { machineId }, { enabled: machineId !== '' }).data?.name
  return (
    <UnstyledButton
      className="policyLevel"
      style={{ paddingInlineStart: 10 }}
      aria-current={isChosen || undefined}
      onClick={() => onChoose(levels)}
      data-level={levels.length === 1 ? levels[0] : 'machines'}
    >
      <IconServer2 size={16} stroke={1.75} aria-hidden />
      <span>{levels.length > 1 ? t('view.machines', { count: levels.length }) : <Foreign text={name ?? machineId} />}</span>
      {drafts.has(draftKey(levels)) && <IconPencil size={14} aria-label={t('tree.draft')} />}
    </UnstyledButton>
  )
}

/** Any machine, to see or set what holds for it alone. */
function MachinePicker({ onChoose }: { onChoose: (machineId: string) => void }) {
  const { t } = useTranslation('policies')
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed.trim().slice(0, 200), 120)
  const asked = { search, sort: 'name', descending: false, offset: 0, limit: 15 } as const
  const on = useAsk('machines.list', { ...asked, tab: 'configured' }, { keep: true }).data?.rows ?? []
  const off = useAsk('machines.list', { ...asked, tab: 'notConfigured' }, { keep: true }).data?.rows ?? []
  // A machine that was just turned on is in both answers for a moment, and a Select does not take a value twice.
  const found = [...new Map([...on, ...off].map((row) => [row.id, row])).values()]
  return (
    <Select
      mt="sm"
      size="xs"
      aria-label={t('tree.machine')}
      placeholder={t('tree.machine')}
      leftSection={<IconSearch size={14} aria-hidden />}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      // Main has searched; another filter here would drop what it found by site or tag.
      filter={({ options }) => options}
      nothingFoundMessage={t('tree.noMachine')}
      value={null}
      data={found.map(({ id, name, site }) => ({ value: id, label: site === '' ? name : `${name} · ${site}` }))}
      onChange={(machineId) => {
        if (machineId === null) return
        setTyped('')
        onChoose(machineId)
      }}
    />
  )
}
