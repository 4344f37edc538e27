/** The people of a gateway: who they are, what they may do, with which consoles (DESIGN §5 Identity). For whoever may administer it. */
import { Button, Group, Select, Skeleton, Stack, Table, Text, Title } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Gateway } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { InvitationRow } from './InvitationRow.tsx'
import { InviteDialog } from './InviteDialog.tsx'
import { PersonRow } from './PersonRow.tsx'
import { administered, useGateways } from './useGateways.ts'
import './people.css'

export function PeopleView() {
  const { t } = useTranslation('people')
  const gateways = administered(useGateways())
  const [picked, setPicked] = useState<string>()
  const gateway = gateways.find(({ id }) => id === picked) ?? gateways[0]
  return (
    <div className="viewScroll" data-view="people">
      {gateway ? (
        <PeopleOf key={gateway.id} gateway={gateway} gateways={gateways} onPick={setPicked} />
      ) : (
        <Text c="dimmed">{t('nowhere')}</Text>
      )}
    </div>
  )
}

interface PeopleOfProps {
  gateway: Gateway
  gateways: readonly Gateway[]
  onPick: (id: string) => void
}

function PeopleOf({ gateway, gateways, onPick }: PeopleOfProps) {
  const { t } = useTranslation('people')
  const asked = useAsk('account.people', { gatewayId: gateway.id })
  const [isInviting, setInviting] = useState(false)
  return (
    <Stack gap="lg" maw={1040}>
      <Group justify="space-between" align="flex-start">
        <header>
          <Title order={1}>{t('title')}</Title>
          <Text size="sm" c="dimmed" component="div">
            {t('of')} <Foreign text={gateway.name} />
          </Text>
        </header>
        <Group gap="xs">
          {gateways.length > 1 && (
            <Select
              aria-label={t('gateway')}
              data={gateways.map(({ id, name }) => ({ value: id, label: name }))}
              value={gateway.id}
              allowDeselect={false}
              onChange={(id) => id !== null && onPick(id)}
            />
          )}
          <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => setInviting(true)} data-invite>
            {t('invite.button')}
          </Button>
        </Group>
      </Group>
      {asked.isPending && <Skeleton height={200} />}
      {asked.isError && <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />}
      {asked.data && (
        <div className="card peopleCard">
          <Table verticalSpacing={8} horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('field.name')}</Table.Th>
                <Table.Th>{t('field.roles')}</Table.Th>
                <Table.Th w={150}>{t('field.state')}</Table.Th>
                <Table.Th w={120}>{t('field.consoles')}</Table.Th>
                <Table.Th w={56}>
                  <span className="hiddenText">{t('actions')}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {asked.data.people.map((person) => (
                <PersonRow key={person.id} gateway={gateway} person={person} />
              ))}
              {asked.data.invitations.map((invitation) => (
                <InvitationRow key={invitation.id} gatewayId={gateway.id} invitation={invitation} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {isInviting && <InviteDialog gateway={gateway} onClose={() => setInviting(false)} />}
    </Stack>
  )
}
