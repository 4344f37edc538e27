import { memo, type MouseEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Grant, MachineRow } from '../../preload/contract.ts'
import { Countdown } from '../grants/Countdown.tsx'
import { Ago } from '../parts/Ago.tsx'
import { tip } from '../parts/foreign.tsx'
import { durationMs, durationText } from '../parts/time.ts'
import { defaultMaximum, defaultPort, portName } from './defaults.ts'

export interface RowDeeds {
  toggle: (index: number) => void
  choose: (index: number, between: boolean) => void
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
  /** There is room for tags. */
  wide: boolean
  grant?: Grant
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
  wide,
  grant,
  deeds,
}: RowProps) {
  const { t } = useTranslation('machines')
  // Only the active row's buttons are on the way of the Tab key.
  const tabIndex = active ? 0 : -1
  // The embedded gateway is no news; a team's gateway or a tenant is.
  const provider = machine.provider.id === 'desk' ? '' : machine.provider.name
  const place = [machine.site, provider, machine.nameIsShared ? machine.id : ''].filter(Boolean).join(' · ')
  const label = t(`row.main.${machine.state}`)
  return (
    <>
      <div role="gridcell" className="machineLead">
        <input
          type="checkbox"
          checked={chosen}
          tabIndex={tabIndex}
          aria-label={t('row.choose', { name: machine.name })}
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
          aria-label={t('row.overview', { name: machine.name })}
          onClick={(event) => {
            stop(event)
            deeds.toggle(index)
          }}
        />
      </div>
      <div role="gridcell" className="machineName" data-os={machine.os}>
        <bdi title={tip(machine.name)}>{machine.name.slice(0, 1000)}</bdi>
        <bdi title={tip(place)}>{place}</bdi>
      </div>
      <bdi role="gridcell" className="machineAddress" title={tip(machine.address)}>
        {machine.address}
      </bdi>
      {wide && (
        <bdi role="gridcell" className="machineTags" title={tip(machine.tags.join(', '))}>
          {machine.tags.join(', ')}
        </bdi>
      )}
      <Facts machine={machine} grant={grant} />
      <div role="gridcell" className="machineDeeds">
        <button
          type="button"
          className="deed"
          data-first={machine.state === 'configured'}
          tabIndex={tabIndex}
          aria-label={`${label}: ${machine.name}`}
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
          aria-label={t('row.more', { name: machine.name })}
          onClick={(event) => {
            stop(event)
            deeds.menu(machine, event.currentTarget)
          }}
        />
      </div>
    </>
  )
})

function Facts({ machine, grant }: { machine: MachineRow; grant: Grant | undefined }) {
  const { t, i18n } = useTranslation('machines')
  switch (machine.state) {
    case 'configured':
      return (
        <>
          <div role="gridcell" className="machineTwo">
            {machine.lastAccessAt ? <Ago at={machine.lastAccessAt} /> : <span>{t('row.never')}</span>}
            {machine.lastUser && <bdi title={tip(machine.lastUser)}>{machine.lastUser}</bdi>}
          </div>
          <div role="gridcell" className="machineNumber">
            {machine.approvalsIn7Days}
          </div>
          <div role="gridcell" className="machineState">
            {machine.ownGrant ? (
              <span className="state stateOpen" data-tone="ok">
                {t('row.open')}
                <Countdown
                  endsAt={grant?.endsAt ?? machine.ownGrant.endsAt}
                  {...(grant?.remainingMs === undefined ? {} : { remainingMs: grant.remainingMs })}
                  fz="inherit"
                />
              </span>
            ) : (
              <span className="state" title={machine.ports.map(portName).join(', ')}>
                {t('row.ready', { ports: machine.ports.slice(0, 3).join(', ') })}
              </span>
            )}
          </div>
        </>
      )
    case 'notConfigured':
      return (
        <div role="gridcell" className="machineTwo">
          <span>
            {t('row.defaults', {
              port: portName(defaultPort(machine.os)),
              maximum: durationText(durationMs(defaultMaximum) ?? 0, i18n.language),
            })}
          </span>
          <small>{t('row.anySource')}</small>
        </div>
      )
    case 'unsupported': {
      const reason = t(`unsupported.${machine.unsupportedReason ?? 'other'}`)
      return (
        <div role="gridcell" className="machineReason" title={reason}>
          {reason}
        </div>
      )
    }
  }
}
