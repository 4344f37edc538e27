/** A machine's sign-ins (AUD-1): when each was created, whether it succeeded, and who authenticated it. */
import { Button, Skeleton, Table } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SignIn } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { Ago } from '../parts/Ago.tsx'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign, isolate } from '../parts/foreign.tsx'
import './challenges.css'

const few = 8

export function SignInHistory({ machineId }: { machineId: string }) {
  const { t } = useTranslation('challenges')
  const [isAll, setAll] = useState(false)
  const asked = useAsk('machines.signIns', { machineId })
  if (asked.isPending) return <Skeleton height={80} />
  if (asked.isError) return <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />
  const { signIns } = asked.data
  if (signIns.length === 0) return <p className="quiet">{t('history.none')}</p>
  return (
    <>
      <Table className="signInHistory" fz="sm" aria-label={t('history.title')} data-sign-in-history>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('history.what')}</Table.Th>
            <Table.Th>{t('history.created')}</Table.Th>
            <Table.Th>{t('history.succeeded')}</Table.Th>
            <Table.Th>{t('history.by')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(isAll ? signIns : signIns.slice(0, few)).map((signIn) => (
            <Row key={signIn.id} signIn={signIn} />
          ))}
        </Table.Tbody>
      </Table>
      {signIns.length > few && !isAll && (
        <Button size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
          {t('history.more', { count: signIns.length })}
        </Button>
      )}
    </>
  )
}

function Row({ signIn }: { signIn: SignIn }) {
  const { t } = useTranslation('challenges')
  const { authenticatedBy, createdAt, refusedBy, service, state, succeededAt, userName } = signIn
  const not = t(`history.not.${state}`)
  return (
    <Table.Tr data-sign-in-state={state}>
      <Table.Td>{t(`history.${service}`, { user: isolate(userName) })}</Table.Td>
      <Table.Td>
        <Ago at={createdAt} />
      </Table.Td>
      <Table.Td>
        {succeededAt === undefined ? (
          <span className="quiet">{refusedBy === undefined ? not : t('history.notBy', { not, by: isolate(refusedBy) })}</span>
        ) : (
          <Ago at={succeededAt} />
        )}
      </Table.Td>
      <Table.Td>{authenticatedBy === undefined ? <span className="quiet">–</span> : <Foreign text={authenticatedBy} />}</Table.Td>
    </Table.Tr>
  )
}
