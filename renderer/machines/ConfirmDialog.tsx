import { Button, Group, List, Modal, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { tellDone } from '../parts/tell.ts'
import { durationMs, durationText } from '../parts/time.ts'
import { useConnect } from '../sessions/connect.ts'
import { show, useView } from '../view.ts'
import { defaultMaximum, defaultPort, portName } from './defaults.ts'
import type { Dialog } from './dialog.ts'

type Confirmed = Extract<Dialog, { name: 'turnOn' | 'turnOff' | 'remove' }>

const namesShown = 6

/** Asks before what opens more (JIT on, then connect), ends access (JIT off), or cannot be undone (remove). */
export function ConfirmDialog({ dialog, opened, onClose }: { dialog: Confirmed; opened: boolean; onClose: () => void }) {
  const { t, i18n } = useTranslation(['machines', 'common'])
  const connect = useConnect()
  const view = useView()
  const turnOn = useDo('policies.turnOn')
  const turnOff = useDo('policies.turnOff')
  const remove = useDo('machines.remove')
  const deed = { turnOn, turnOff, remove }[dialog.name]
  const machines = dialog.name === 'turnOn' ? [dialog.machine] : dialog.machines
  const machineIds = machines.map(({ id }) => id)

  const onConfirm = async (): Promise<void> => {
    try {
      await deed.mutateAsync({ machineIds })
    } catch {
      return // Shown below, from the mutation.
    }
    onClose()
    if (dialog.name !== 'turnOn') dialog.onDone?.()
    switch (dialog.name) {
      case 'turnOn':
        connect(dialog.machine, dialog.connect)
        break
      case 'turnOff':
        tellDone(t('turnedOff', { count: machines.length }))
        break
      case 'remove':
        if (view.name === 'machines' && view.machineId !== undefined && machineIds.includes(view.machineId)) show({ name: 'machines' })
        tellDone(t('removed', { count: machines.length }))
        break
    }
  }

  return (
    <Modal opened={opened} onClose={onClose} title={t(`confirm.${dialog.name}.title`, { count: machines.length })}>
      <Stack gap="md">
        <List size="sm" listStyleType="none">
          {machines.slice(0, namesShown).map((machine) => (
            <List.Item key={machine.id} className="confirmName">
              <Foreign text={machine.name} />
            </List.Item>
          ))}
          {machines.length > namesShown && <List.Item>{t('confirm.more', { count: machines.length - namesShown })}</List.Item>}
        </List>
        <Text size="sm">
          {dialog.name === 'turnOn'
            ? t('confirm.turnOn.text', {
                port: portName(defaultPort(dialog.machine.os)),
                maximum: durationText(durationMs(defaultMaximum) ?? 0, i18n.language),
              })
            : t(`confirm.${dialog.name}.text`)}
        </Text>
        {deed.isError && <FailureAlert failure={failureOf(deed.error)} onRetry={() => void onConfirm()} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus={dialog.name === 'turnOn' ? undefined : true}>
            {t('common:cancel')}
          </Button>
          <Button
            {...(dialog.name === 'remove' ? { color: 'red' } : {})}
            loading={deed.isPending}
            onClick={() => void onConfirm()}
            data-autofocus={dialog.name === 'turnOn' ? true : undefined}
          >
            {t(`confirm.${dialog.name}.do`)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
