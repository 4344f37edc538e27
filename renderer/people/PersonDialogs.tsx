import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Gateway, Person } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { Ago } from '../parts/Ago.tsx'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'
import { tellDone } from '../parts/tell.ts'
import { CodeOnce } from './CodeOnce.tsx'
import { RolesField } from './RolesField.tsx'

interface PersonDialogProps {
  gateway: Gateway
  person: Person
  onClose: () => void
}

/** Other roles. What the person has open, and may no longer have, ends with the change. */
export function RolesDialog({ gateway, person, onClose }: PersonDialogProps) {
  const { t } = useTranslation(['people', 'common'])
  const [roles, setRoles] = useState(person.roles)
  const change = useDo('account.changePerson')
  const save = () =>
    change.mutate(
      { gatewayId: gateway.id, personId: person.id, roles },
      {
        onSuccess: () => {
          tellDone(t('changed', { name: isolate(person.name) }))
          onClose()
        },
      },
    )
  return (
    <Modal opened onClose={onClose} title={t('rolesOf', { name: isolate(person.name) })}>
      <Stack gap="md">
        <RolesField value={roles} onChange={setRoles} />
        {change.isError && <FailureAlert failure={failureOf(change.error)} />}
        <Buttons onClose={onClose}>
          <Button loading={change.isPending} disabled={roles.length === 0} onClick={save}>
            {t('common:save')}
          </Button>
        </Buttons>
      </Stack>
    </Modal>
  )
}

/** Asks before a person is locked out: all that they have open ends at once. */
export function DisableDialog({ gateway, person, onClose }: PersonDialogProps) {
  const { t } = useTranslation(['people', 'common'])
  const change = useDo('account.changePerson')
  const disable = () =>
    change.mutate(
      { gatewayId: gateway.id, personId: person.id, disabled: true },
      {
        onSuccess: () => {
          tellDone(t('disabled', { name: isolate(person.name) }))
          onClose()
        },
      },
    )
  return (
    <Modal opened onClose={onClose} title={t('disable.title', { name: isolate(person.name) })}>
      <Stack gap="md">
        <Text size="sm">{t('disable.text')}</Text>
        {change.isError && <FailureAlert failure={failureOf(change.error)} />}
        <Buttons onClose={onClose}>
          <Button color="red" loading={change.isPending} onClick={disable} data-disable>
            {t('disable.do')}
          </Button>
        </Buttons>
      </Stack>
    </Modal>
  )
}

/** The consoles that a person signs in with; a lost one is removed, another is added by a code. */
export function ConsolesDialog({ gateway, person, onClose }: PersonDialogProps) {
  const { t } = useTranslation(['people', 'common'])
  const remove = useDo('account.removeDeviceKey')
  const invite = useDo('account.inviteConsole')
  return (
    <Modal opened onClose={onClose} title={t('consoles.title', { name: isolate(person.name) })}>
      <Stack gap="md">
        {person.deviceKeys.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('consoles.none')}
          </Text>
        )}
        {person.deviceKeys.map(({ thumbprint, addedAt, isThisConsole }) => (
          <div key={thumbprint} className="personConsole">
            <div>
              <code>{thumbprint.slice(0, 16)}…</code>
              <Text size="xs" c="dimmed">
                {t('consoles.added')} <Ago at={addedAt} />
                {isThisConsole && ` · ${t('consoles.this')}`}
              </Text>
            </div>
            <Button
              size="xs"
              variant="default"
              c="var(--gate-bad)"
              loading={remove.isPending && remove.variables.thumbprint === thumbprint}
              onClick={() => remove.mutate({ gatewayId: gateway.id, personId: person.id, thumbprint })}
            >
              {t('common:remove')}
            </Button>
          </div>
        ))}
        <Text size="xs" c="dimmed">
          {t('consoles.removeHint')}
        </Text>
        {remove.isError && <FailureAlert failure={failureOf(remove.error)} />}
        {invite.isError && <FailureAlert failure={failureOf(invite.error)} />}
        {invite.data && <CodeOnce code={invite.data.code} expiresAt={invite.data.expiresAt} fingerprint={gateway.fingerprint} />}
        <Group justify="space-between">
          {invite.data || person.disabledAt !== undefined ? (
            <span />
          ) : (
            <Button
              variant="default"
              loading={invite.isPending}
              onClick={() => invite.mutate({ gatewayId: gateway.id, personId: person.id })}
            >
              {t('consoles.invite')}
            </Button>
          )}
          <Button onClick={onClose}>{t('common:done')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function Buttons({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation('common')
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onClose} data-autofocus>
        {t('cancel')}
      </Button>
      {children}
    </Group>
  )
}
