import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineRow } from '../../preload/contract.ts'
import { isAzure } from '../azure/isAzure.ts'
import { call } from '../door.ts'
import { tellDone, tellFailure } from '../parts/tell.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { type ConnectOptions, useConnect } from '../sessions/connect.ts'
import { show } from '../view.ts'
import { openDialog } from './dialog.ts'

/** Asks first. `onDone`: what was chosen in the list is not chosen any more. */
const turnOff = (machines: readonly MachineRow[], onDone?: () => void): void => {
  const [azure, others] = apart(machines)
  const inAzure = () => openDialog({ name: 'azurePolicy', machines: azure, rules: [], ...(onDone && { onDone }) })
  if (others.length === 0) inAzure()
  else if (azure.length > 0) openDialog({ name: 'turnOff', machines: others, onDone: inAzure })
  else openDialog({ name: 'turnOff', machines: others, ...(onDone && { onDone }) })
}

/** What can be done with a machine from anywhere in its list, menu and details. */
export function useDeeds() {
  const { t } = useTranslation(['machines', 'common'])
  const failureText = useFailureText()
  const connectNow = useConnect()

  /** Connects; where JIT is off it offers to turn it on first (REQ-4), and where it cannot be had the details say why. */
  const connect = useCallback(
    (machine: MachineRow, options: ConnectOptions = {}): void => {
      if (machine.state === 'configured') connectNow(machine, options)
      else if (machine.state === 'notConfigured' && isAzure(machine.id))
        openDialog({ name: 'azurePolicy', machines: [machine], rules: 'defaults', onDone: () => connectNow(machine, options) })
      else if (machine.state === 'notConfigured') openDialog({ name: 'turnOn', machine, connect: options })
      else show({ name: 'machines', machineId: machine.id })
    },
    [connectNow],
  )

  /** One click for the defaults (POL-1). What Azure would be sent is looked at first. */
  const turnOn = async (machines: readonly MachineRow[]): Promise<void> => {
    const [azure, others] = apart(machines)
    try {
      if (others.length > 0) {
        await call('policies.turnOn', { machineIds: others.map(({ id }) => id) })
        tellDone(t('turnedOn', { count: others.length }))
      }
      if (azure.length > 0) openDialog({ name: 'azurePolicy', machines: azure, rules: 'defaults' })
    } catch (error) {
      tellFailure(error, failureText)
    }
  }

  const favour = useCallback(
    (machines: readonly MachineRow[], favourite: boolean): void => {
      call('machines.favour', { machineIds: machines.map(({ id }) => id), favourite }).catch((error: unknown) =>
        tellFailure(error, failureText),
      )
    },
    [failureText],
  )

  const copy = async (text: string): Promise<void> => {
    try {
      await call('app.copyText', { text })
      tellDone(t('common:copied'))
    } catch (error) {
      tellFailure(error, failureText)
    }
  }

  return { connect, turnOn, turnOff, favour, copy }
}

/** Machines of Azure tenants, and all others. */
function apart(machines: readonly MachineRow[]): [MachineRow[], MachineRow[]] {
  return [machines.filter(({ id }) => isAzure(id)), machines.filter(({ id }) => !isAzure(id))]
}
