import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineRow } from '../../preload/contract.ts'
import { call } from '../door.ts'
import { tellDone, tellFailure } from '../parts/tell.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { type ConnectOptions, useConnect } from '../sessions/connect.ts'
import { show } from '../view.ts'
import { openDialog } from './dialog.ts'

/** What can be done with a machine from anywhere in its list, menu and details. */
export function useDeeds() {
  const { t } = useTranslation(['machines', 'common'])
  const failureText = useFailureText()
  const connectNow = useConnect()

  /** Connects; where JIT is off it offers to turn it on first (REQ-4), and where it cannot be had the details say why. */
  const connect = useCallback(
    (machine: MachineRow, options: ConnectOptions = {}): void => {
      if (machine.state === 'configured') connectNow(machine, options)
      else if (machine.state === 'notConfigured') openDialog({ name: 'turnOn', machine, connect: options })
      else show({ name: 'machines', machineId: machine.id })
    },
    [connectNow],
  )

  /** One click for the defaults (POL-1). */
  const turnOn = async (machines: readonly MachineRow[]): Promise<void> => {
    try {
      await call('policies.turnOn', { machineIds: machines.map(({ id }) => id) })
      tellDone(t('turnedOn', { count: machines.length }))
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

  return { connect, turnOn, favour, copy }
}
