import { Alert, Button, Checkbox, Group, Paper, ScrollArea, Stack, Text } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { RequestOptions } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isAzure } from '../azure/isAzure.ts'
import { openDialog } from '../machines/dialog.ts'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { durationText, instantText } from './durations.ts'
import { Part } from './Part.tsx'
import type { Chosen } from './requestPlan.ts'

interface PortChoiceProps {
  options: RequestOptions
  chosen: Chosen
  onChange: (chosen: Chosen) => void
}

const serviceNames: Readonly<Record<number, string>> = { 22: 'SSH', 3389: 'RDP', 5985: 'WinRM', 5986: 'WinRM TLS' }

/** The machines of the request with the ports that policy lets this person ask for; the others with their reason. */
export function PortChoice({ options, chosen, onChange }: PortChoiceProps) {
  const { t } = useTranslation('grants')
  const turningOn = useDo('policies.turnOn')
  const toggle = (machineId: string, port: number, isOn: boolean) => {
    const before = chosen[machineId] ?? []
    onChange({ ...chosen, [machineId]: isOn ? [...before, port] : before.filter((one) => one !== port) })
  }
  return (
    <Part title={t('request.machines')}>
      {turningOn.error && <FailureAlert failure={failureOf(turningOn.error)} />}
      <ScrollArea.Autosize mah={280} type="auto">
        <Stack gap="xs">
          {options.machines.map(({ machineId, name, ports, unavailable, openFor }) => (
            <Paper key={machineId} withBorder px="sm" py={8} data-machine={machineId}>
              <Group justify="space-between" wrap="nowrap" gap="md">
                <Text size="sm" fw={500} miw={0} flex={1} component="div" style={{ overflow: 'hidden' }}>
                  <Foreign text={name} />
                </Text>
                {unavailable ? (
                  <Group gap="xs" wrap="nowrap" style={{ flexShrink: 0 }}>
                    <IconLock size={15} color="var(--mantine-color-dimmed)" aria-hidden />
                    <Text size="sm" c="dimmed">
                      {t(`request.${unavailable}`)}
                    </Text>
                    {unavailable === 'jitOff' && (
                      <Button
                        size="compact-xs"
                        variant="light"
                        loading={turningOn.isPending}
                        onClick={() =>
                          isAzure(machineId)
                            ? openDialog({ name: 'azurePolicy', machines: [{ id: machineId, name }], rules: 'defaults' })
                            : turningOn.mutate({ machineIds: [machineId] })
                        }
                      >
                        {t('request.turnOn')}
                      </Button>
                    )}
                  </Group>
                ) : (
                  <Group gap="md" justify="flex-end" style={{ flexShrink: 1 }}>
                    {ports.map(({ port, maxDurationMs }) => (
                      <Checkbox
                        key={port}
                        size="sm"
                        checked={chosen[machineId]?.includes(port) ?? false}
                        onChange={(event) => toggle(machineId, port, event.currentTarget.checked)}
                        label={
                          <span>
                            {port}
                            {serviceNames[port] ? ` ${serviceNames[port]}` : ''}{' '}
                            <Text span size="xs" c="dimmed">
                              {t('request.max', { duration: durationText(maxDurationMs) })}
                            </Text>
                          </span>
                        }
                      />
                    ))}
                  </Group>
                )}
              </Group>
              {!unavailable && ports.length === 0 && (
                <Alert color="gray" p="xs" mt="xs">
                  {t('request.noPorts')}
                </Alert>
              )}
              <OpenFor machineId={machineId} windows={(openFor ?? []).filter(({ port }) => chosen[machineId]?.includes(port))} />
            </Paper>
          ))}
        </Stack>
      </ScrollArea.Autosize>
    </Part>
  )
}

type Windows = NonNullable<RequestOptions['machines'][number]['openFor']>

/** Others' windows on the chosen ports, and what a request would do to them. */
function OpenFor({ machineId, windows }: { machineId: string; windows: Windows }) {
  const { t, i18n } = useTranslation('grants')
  return windows.map(({ requestedBy, port, source, endsAt }) => (
    <Text key={`${requestedBy} ${port} ${source}`} size="xs" mt={4} c="var(--gate-warn)" data-open-for={requestedBy}>
      {t('request.openFor', { who: isolate(requestedBy), port, time: instantText(endsAt, i18n.language), source: isolate(source) })}{' '}
      {t(isAzure(machineId) ? 'request.openForAzure' : 'request.openForOther', { who: isolate(requestedBy) })}
    </Text>
  ))
}
