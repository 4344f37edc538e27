import { Button, Table, Text } from '@mantine/core'
import { IconMailForward } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Invitation } from '../../preload/contract.ts'
import { useDo } from '../door.ts'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { tellFailure } from '../parts/tell.ts'
import { momentText } from '../parts/time.ts'
import { useFailureText } from '../parts/useFailureText.ts'

/** An invitation that nobody has used yet. */
export function InvitationRow({ gatewayId, invitation }: { gatewayId: string; invitation: Invitation }) {
  const { t, i18n } = useTranslation('people')
  const failureText = useFailureText()
  const withdraw = useDo('account.withdrawInvitation')
  return (
    <Table.Tr data-invitation={invitation.name}>
      <Table.Td>
        <Foreign text={invitation.name} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">{invitation.roles.map((role) => t(`roles.${role}`)).join(', ')}</Text>
      </Table.Td>
      <Table.Td>
        <span className="state" data-tone="warn" title={t('invite.until', { at: momentText(invitation.expiresAt, i18n.language) })}>
          <IconMailForward size={13} aria-hidden />
          {t('state.invited')}
        </span>
      </Table.Td>
      <Table.Td colSpan={2}>
        <Button
          size="compact-xs"
          variant="subtle"
          loading={withdraw.isPending}
          aria-label={t('invite.withdrawOf', { name: isolate(invitation.name) })}
          onClick={() =>
            withdraw.mutate({ gatewayId, invitationId: invitation.id }, { onError: (error) => tellFailure(error, failureText) })
          }
        >
          {t('invite.withdraw')}
        </Button>
      </Table.Td>
    </Table.Tr>
  )
}
