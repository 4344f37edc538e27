import { Alert, Button, Group, Loader, Modal, ScrollArea, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AzurePolicyPreview, MachineRow, PortRule } from '../../preload/contract.ts'
import { call, failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { tellDone } from '../parts/tell.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { PolicyDiff } from './PolicyDiff.tsx'
import './azure.css'

export interface PolicyDialogProps {
  opened: boolean
  machines: readonly Pick<MachineRow, 'id' | 'name'>[]
  /** None: JIT is turned off. */
  rules: readonly PortRule[] | 'defaults'
  onClose: () => void
  /** Azure has it. */
  onDone?: (() => void) | undefined
}

/** Shows each policy that a change replaces, before and after, and sends it only then: Azure has no way to change a part of one. */
export function PolicyDialog({ opened, machines, rules, onClose, onDone }: PolicyDialogProps) {
  const { t } = useTranslation(['azure', 'common'])
  const input = { machineIds: machines.map(({ id }) => id), rules: rules === 'defaults' ? rules : [...rules] }
  const asked = useAsk('azure.previewPolicies', input, { enabled: opened, fresh: true })
  const [sending, setSending] = useState<'no' | 'yes' | 'moved'>('no')
  const [error, setError] = useState<unknown>()
  const kind = rules === 'defaults' ? 'turnOn' : rules.length === 0 ? 'turnOff' : 'change'
  const preview = asked.data

  const send = async (shown: AzurePolicyPreview): Promise<void> => {
    setSending('yes')
    setError(undefined)
    try {
      // What is sent is what was looked at.
      const now = await asked.refetch({ throwOnError: true })
      if (JSON.stringify(now.data) !== JSON.stringify(shown)) {
        setSending('moved')
        return
      }
      const refused = new Set(shown.refused.map(({ machineId }) => machineId))
      const machineIds = input.machineIds.filter((id) => !refused.has(id))
      if (rules === 'defaults') await call('policies.turnOn', { machineIds })
      else if (rules.length === 0) await call('policies.turnOff', { machineIds })
      else await call('policies.set', { machineIds, rules: [...rules] })
      tellDone(t('policy.sent'))
      onClose()
      onDone?.()
    } catch (thrown) {
      setSending('no')
      setError(thrown)
    }
  }

  return (
    <Modal opened={opened} onClose={onClose} size={760} title={t(`policy.title.${kind}`, { count: machines.length })}>
      <Stack gap="md">
        <Text size="sm">
          {t('policy.text')} {t(kind === 'turnOff' ? 'policy.opens' : 'policy.closes')}
        </Text>
        {asked.isPending && (
          <Group gap="sm" py="lg" role="status">
            <Loader size="sm" aria-hidden />
            <Text size="sm">{t('policy.ready')}</Text>
          </Group>
        )}
        {asked.isError && error === undefined && <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />}
        {preview && (
          <>
            {sending === 'moved' && (
              <Alert color="orange" icon={<IconAlertTriangle size={18} aria-hidden />} role="alert" data-policy-moved>
                {t('policy.moved')}
              </Alert>
            )}
            <Refused preview={preview} machines={machines} />
            <ScrollArea.Autosize mah={420} type="auto" offsetScrollbars>
              <Stack gap="md">
                {preview.policies.map((policy) => (
                  <OnePolicy key={policy.policyId} policy={policy} />
                ))}
                {preview.policies.length === 0 && (
                  <Text size="sm" c="dimmed">
                    {t('policy.nothing')}
                  </Text>
                )}
              </Stack>
            </ScrollArea.Autosize>
          </>
        )}
        {error !== undefined && <FailureAlert failure={failureOf(error)} {...(preview ? { onRetry: () => void send(preview) } : {})} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('common:cancel')}
          </Button>
          <Button
            loading={sending === 'yes'}
            disabled={preview === undefined || preview.policies.length === 0}
            onClick={() => preview && void send(preview)}
            data-send-policy
          >
            {t('policy.send')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function OnePolicy({ policy }: { policy: AzurePolicyPreview['policies'][number] }) {
  const { t } = useTranslation('azure')
  const { policyId, name, resourceGroup, location, isNew, isRemoved, machines, others, before, after } = policy
  return (
    <section className="azurePolicy" data-policy={policyId}>
      <Group gap="xs" wrap="nowrap">
        <Text fw={600} size="sm" flex={1} miw={0}>
          {t('policy.where', { name: isolate(name), group: isolate(resourceGroup), location: isolate(location) })}
        </Text>
        <span className="state" data-tone={isRemoved ? 'bad' : 'ok'}>
          {t(isNew ? 'policy.isNew' : isRemoved ? 'policy.isRemoved' : 'policy.isChanged')}
        </span>
      </Group>
      <Text size="sm" component="div" className="azurePolicyMachines">
        {machines.map((machine) => (
          <Foreign key={machine.machineId} text={machine.name} />
        ))}
      </Text>
      <Text size="sm" c="dimmed">
        {isRemoved ? t('policy.removedText') : others === 0 ? t('policy.noOthers') : t('policy.others', { count: others })}
      </Text>
      <PolicyDiff before={before} after={after} />
    </section>
  )
}

/** Machines that are left out, and why. */
function Refused({ preview, machines }: { preview: AzurePolicyPreview; machines: PolicyDialogProps['machines'] }) {
  const { t } = useTranslation('azure')
  const failureText = useFailureText()
  if (preview.refused.length === 0) return null
  return (
    <Alert
      color="orange"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t('policy.refused', { count: preview.refused.length })}
      data-policy-refused
    >
      <ul className="azureRefused">
        {preview.refused.map(({ machineId, failure }) => {
          const { title, advice } = failureText(failure)
          return (
            <li key={machineId}>
              <bdi>{machines.find(({ id }) => id === machineId)?.name ?? machineId}</bdi>: {title}. {advice}
            </li>
          )
        })}
      </ul>
    </Alert>
  )
}
