import { ActionIcon, Button, Code, Group, Stack, Text } from '@mantine/core'
import { IconPinnedOff } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineDetail } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { momentText } from '../parts/time.ts'

/** Pinned host keys and certificates. Unpinning asks once more: the next connect then trusts what the technician accepts. */
export function Identities({ machine }: { machine: MachineDetail }) {
  const { t, i18n } = useTranslation(['machines', 'common'])
  const [asking, setAsking] = useState<string>()
  const unpin = useDo('machines.unpin')
  const pins = [
    ...machine.hostKeys.map((key) => ({ ...key, kind: key.algorithm })),
    ...machine.certificates.map((certificate) => ({ ...certificate, kind: t('identity.certificate') })),
  ]
  if (pins.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('identity.none')}
      </Text>
    )
  return (
    <Stack gap="xs">
      {pins.map(({ kind, fingerprint, pinnedAt }) => (
        <div key={fingerprint} className="pin">
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <div style={{ minWidth: 0 }}>
              <Text size="sm" fw={550}>
                {kind}{' '}
                <Text span size="xs" c="dimmed" fw={400}>
                  {t('identity.since', { when: momentText(pinnedAt, i18n.language) })}
                </Text>
              </Text>
              <Code className="fingerprint">{fingerprint}</Code>
            </div>
            <ActionIcon variant="subtle" color="gray" aria-label={t('identity.unpin', { kind })} onClick={() => setAsking(fingerprint)}>
              <IconPinnedOff size={16} aria-hidden />
            </ActionIcon>
          </Group>
          {asking === fingerprint && (
            <div className="asking">
              <Text size="sm">{t('identity.sure')}</Text>
              <Group gap="xs" mt={6}>
                <Button
                  size="xs"
                  color="red"
                  loading={unpin.isPending}
                  onClick={() => unpin.mutate({ machineId: machine.id, fingerprint }, { onSuccess: () => setAsking(undefined) })}
                >
                  {t('identity.doUnpin')}
                </Button>
                <Button size="xs" variant="default" onClick={() => setAsking(undefined)} data-autofocus>
                  {t('common:cancel')}
                </Button>
              </Group>
            </div>
          )}
        </div>
      ))}
      {unpin.isError && <FailureAlert failure={failureOf(unpin.error)} />}
    </Stack>
  )
}
