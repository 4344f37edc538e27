import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Gateway, Role } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'
import { CodeOnce } from './CodeOnce.tsx'
import { RolesField } from './RolesField.tsx'

/** Invites a person to a gateway: name and roles first, then the code. */
export function InviteDialog({ gateway, onClose }: { gateway: Gateway; onClose: () => void }) {
  const { t } = useTranslation(['people', 'common'])
  const [name, setName] = useState('')
  const [roles, setRoles] = useState<Role[]>(['requester'])
  const invite = useDo('account.invite')
  const made = invite.data
  return (
    <Modal
      opened
      onClose={onClose}
      title={made ? t('invite.made', { name: isolate(name.trim()) }) : t('invite.title', { gateway: isolate(gateway.name) })}
      size="lg"
      // The code is shown once: a click beside it must not lose it.
      closeOnClickOutside={!made}
    >
      {made ? (
        <Stack gap="md">
          <CodeOnce code={made.code} expiresAt={made.expiresAt} fingerprint={gateway.fingerprint} />
          <Group justify="flex-end">
            <Button onClick={onClose}>{t('common:done')}</Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            invite.mutate({ gatewayId: gateway.id, name: name.trim(), roles })
          }}
        >
          <Stack gap="md">
            <TextInput
              label={t('field.name')}
              description={t('field.nameHint')}
              value={name}
              maxLength={100}
              required
              data-autofocus
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <RolesField value={roles} onChange={setRoles} />
            {invite.isError && <FailureAlert failure={failureOf(invite.error)} />}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                {t('common:cancel')}
              </Button>
              <Button type="submit" loading={invite.isPending} disabled={name.trim() === '' || roles.length === 0}>
                {t('invite.do')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}
