import { memo, type MouseEvent } from 'react'
import type { Grant, MachineColumn, MachineRow } from '../../preload/contract.ts'
import { isAzure } from '../azure/isAzure.ts'
import { tip } from '../parts/foreign.tsx'
import { MachineCell, type Words } from './MachineCell.tsx'
import { Marked } from './Marked.tsx'

export interface RowDeeds {
  toggle: (index: number) => void
  choose: (index: number, between: boolean) => void
  favour: (machine: MachineRow) => void
  main: (machine: MachineRow) => void
  menu: (machine: MachineRow, at: HTMLElement) => void
}

interface RowProps {
  machine: MachineRow
  index: number
  active: boolean
  expanded: boolean
  chosen: boolean
  menuOpen: boolean
  columns: readonly MachineColumn[]
  grant?: Grant
  words: Words
  deeds: RowDeeds
}

/** A button in a row is not the row. */
const stop = (event: MouseEvent) => event.stopPropagation()

/** One machine in the list: few elements, because forty of them scroll at once. Names are foreign text and clipped. */
export const MachineRowView = memo(function MachineRowView({
  machine,
  index,
  active,
  expanded,
  chosen,
  menuOpen,
  columns,
  grant,
  words,
  deeds,
}: RowProps) {
  const { t } = words
  // Only the active row's buttons are on the way of the Tab key.
  const tabIndex = active ? 0 : -1
  const label = t(`row.main.${machine.state}`)
  const { name, hits, favourite } = machine
  return (
    <>
      <div role="gridcell" className="machineLead">
        <input
          type="checkbox"
          checked={chosen}
          tabIndex={tabIndex}
          aria-label={t('row.choose', { name })}
          onClick={(event) => {
            stop(event)
            deeds.choose(index, event.shiftKey)
          }}
          readOnly
        />
        <button
          type="button"
          className="machineTwist"
          tabIndex={tabIndex}
          aria-expanded={expanded}
          aria-label={t('row.overview', { name })}
          onClick={(event) => {
            stop(event)
            deeds.toggle(index)
          }}
        />
        <button
          type="button"
          className="machineStar"
          tabIndex={tabIndex}
          aria-pressed={favourite === true}
          aria-label={t('row.favourite', { name })}
          onClick={(event) => {
            stop(event)
            deeds.favour(machine)
          }}
        />
      </div>
      <div role="gridcell" className="machineName" data-os={machine.os}>
        <bdi title={tip(name)}>
          <Marked text={name.slice(0, 1000)} hits={hits?.name} />
        </bdi>
        <Place machine={machine} columns={columns} words={words} />
      </div>
      {columns.map((column) => (
        <MachineCell key={column} column={column} columns={columns} machine={machine} grant={grant} words={words} />
      ))}
      <div role="gridcell" className="machineDeeds">
        <button
          type="button"
          className="deed"
          data-first={machine.state === 'configured'}
          tabIndex={tabIndex}
          aria-label={`${label}: ${name}`}
          onClick={(event) => {
            stop(event)
            deeds.main(machine)
          }}
        >
          {label}
        </button>
        <button
          type="button"
          className="deedMore"
          tabIndex={tabIndex}
          aria-haspopup="menu"
          aria-expanded={menuOpen}
          aria-label={t('row.more', { name })}
          onClick={(event) => {
            stop(event)
            deeds.menu(machine, event.currentTarget)
          }}
        />
      </div>
    </>
  )
})

/** Below the name: what has no column of its own. */
function Place({ machine, columns, words: { t } }: Pick<RowProps, 'machine' | 'columns' | 'words'>) {
  const { site, provider, hits } = machine
  const ownSite = columns.includes('site') ? '' : site
  // The embedded gateway is no news; a team's gateway or a tenant is.
  const gateway = columns.includes('gateway') || provider.id === 'desk' ? '' : provider.name
  const rest = [gateway, machine.nameIsShared ? machine.id : ''].filter(Boolean).join(' · ')
  if (ownSite === '' && rest === '') return null
  return (
    <bdi title={tip([ownSite, rest].filter(Boolean).join(' · '))}>
      {isAzure(provider.id) && machine.state !== 'unsupported' && (
        <span
          className="machineGate"
          data-gate={machine.gate}
          role="img"
          aria-label={t(`gates.${machine.gate}`)}
          title={t(`gates.${machine.gate}`)}
        />
      )}
      <Marked text={ownSite} hits={hits?.site} />
      {ownSite !== '' && rest !== '' && ' · '}
      {rest}
    </bdi>
  )
}
