import { Button, Checkbox, Collapse, Group, Modal, NumberInput, Select, SimpleGrid, Stack, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Failure, MachineDetail, MachineInput } from '../../preload/contract.ts'
import { call, failureOf } from '../door.ts'
import { isolate } from '../parts/foreign.tsx'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { tellDone } from '../parts/tell.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { GatewayChoice } from '../people/GatewayChoice.tsx'
import { show } from '../view.ts'
import { blankMachine, fieldOf, formOf, type MachineForm, toInput, windowsKinds } from './machineForm.ts'

/** Adds a machine by hand, or changes one. Main checks what is entered; its answer is shown at the field. */
export function MachineDialog({ opened, onClose, machine }: { opened: boolean; onClose: () => void; machine?: MachineDetail }) {
  const { t } = useTranslation(['machines', 'common'])
  const failureText = useFailureText()
  const form = useForm<MachineForm>({ initialValues: machine ? formOf(machine) : blankMachine })
  const [gatewayId, setGatewayId] = useState<string>()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure>()
  const [more, setMore] = useState(machine !== undefined)

  const onSubmit = async (values: MachineForm): Promise<void> => {
    setBusy(true)
    setFailure(undefined)
    try {
      const machineId = await save(toInput(values, machine?.facts))
      onClose()
      show({ name: 'machines', machineId })
      tellDone(t(machine ? 'add.changed' : 'add.added', { name: isolate(toInput(values).name) }))
    } catch (error) {
      const refused = failureOf(error)
      const field = refused.tag === 'invalidInput' ? fieldOf(refused.field) : undefined
      if (field) {
        form.setFieldError(field, failureText(refused).advice)
        if (field !== 'name' && field !== 'address') setMore(true)
      } else setFailure(refused)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Modal opened={opened} onClose={onClose} title={t(machine ? 'add.change' : 'add.title')} size="lg">
      <form onSubmit={form.onSubmit((values) => void onSubmit(values))} noValidate>
        <Stack gap="md">
          {!machine && <GatewayChoice value={gatewayId} onChange={setGatewayId} />}
          <SimpleGrid cols={2}>
            <TextInput
              label={t('add.address')}
              placeholder="10.0.4.20"
              required
              data-autofocus
              maxLength={253}
              spellCheck={false}
              {...form.getInputProps('address')}
            />
            <TextInput label={t('add.name')} placeholder={t('add.namePlaceholder')} maxLength={200} {...form.getInputProps('name')} />
            <Select
              label={t('add.os')}
              data={(['linux', 'windows', 'macos', 'other'] as const).map((value) => ({ value, label: t(`os.${value}`) }))}
              allowDeselect={false}
              {...form.getInputProps('os')}
            />
            <TextInput label={t('add.site')} placeholder={t('add.sitePlaceholder')} maxLength={200} {...form.getInputProps('site')} />
          </SimpleGrid>
          <Button variant="subtle" size="compact-sm" style={{ alignSelf: 'start' }} onClick={() => setMore(!more)} aria-expanded={more}>
            {t('add.more')}
          </Button>
          <Collapse expanded={more}>
            <SimpleGrid cols={2}>
              <TextInput
                label={t('add.user')}
                description={t('add.userHint')}
                maxLength={256}
                spellCheck={false}
                {...form.getInputProps('user')}
              />
              <TagsInput
                label={t('add.tags')}
                description={t('add.tagsHint')}
                maxTags={20}
                acceptValueOnBlur
                {...form.getInputProps('tags')}
              />
              <NumberInput label={t('add.sshPort')} placeholder="22" hideControls allowDecimal={false} {...form.getInputProps('sshPort')} />
              <NumberInput
                label={t('add.rdpPort')}
                placeholder="3389"
                hideControls
                allowDecimal={false}
                {...form.getInputProps('rdpPort')}
              />
              {form.getValues().os === 'windows' && (
                <Select
                  label={t('add.kind')}
                  description={t('add.kindHint')}
                  data={windowsKinds.map((value) => ({ value, label: t(`add.kinds.${value}`) }))}
                  allowDeselect={false}
                  {...form.getInputProps('kind')}
                />
              )}
            </SimpleGrid>
          </Collapse>
          {!machine && (
            <Checkbox
              label={t('add.turnOn')}
              description={t('add.turnOnHint')}
              {...form.getInputProps('turnOnJit', { type: 'checkbox' })}
            />
          )}
          {failure && <FailureAlert failure={failure} onRetry={() => void onSubmit(form.getValues())} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('common:cancel')}
            </Button>
            <Button type="submit" loading={busy}>
              {t(machine ? 'common:save' : 'add.do')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )

  /** The id of what was added or changed. */
  async function save(input: MachineInput): Promise<string> {
    if (!machine) return (await call('machines.add', { ...input, ...(gatewayId === undefined ? {} : { gatewayId }) })).machineId
    const { turnOnJit: _, ...rest } = input
    await call('machines.change', { machineId: machine.id, machine: rest })
    return machine.id
  }
}
