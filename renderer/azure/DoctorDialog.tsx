import { Button, Code, Group, Loader, Modal, Stack, Text } from '@mantine/core'
import { IconCircleCheck, IconRefresh } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { AzureDiagnosis, AzureTenant } from '../../preload/contract.ts'
import { CopyText } from '../audit/CopyText.tsx'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { useFailureText } from '../parts/useFailureText.ts'

type Subscription = AzureDiagnosis['subscriptions'][number]

const isFine = ({ missing, licensed, failure }: Subscription): boolean => missing.length === 0 && licensed && failure === undefined

/** What this account lacks, by the names that an administrator needs, and a role that has it all. */
export function DoctorDialog({ tenant, onClose }: { tenant: AzureTenant; onClose: () => void }) {
  const { t } = useTranslation('azure')
  const asked = useAsk('azure.diagnose', { id: tenant.id }, { fresh: true })
  return (
    <Modal opened onClose={onClose} size={720} title={t('doctor.title', { name: isolate(tenant.name) })}>
      <Stack gap="md">
        {asked.isPending && (
          <Group gap="sm" py="lg" role="status">
            <Loader size="sm" aria-hidden />
            <Text size="sm">{t('doctor.asking')}</Text>
          </Group>
        )}
        {asked.isError && <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />}
        {asked.data && <Diagnosis diagnosis={asked.data} isAsking={asked.isFetching} onAgain={() => void asked.refetch()} />}
      </Stack>
    </Modal>
  )
}

function Diagnosis({ diagnosis, isAsking, onAgain }: { diagnosis: AzureDiagnosis; isAsking: boolean; onAgain: () => void }) {
  const { t } = useTranslation('azure')
  const { subscriptions, role } = diagnosis
  const bad = subscriptions.filter((one) => !isFine(one))
  const fine = subscriptions.length - bad.length
  return (
    <>
      {subscriptions.length === 0 && <Text size="sm">{t('doctor.none')}</Text>}
      {fine > 0 && (
        <div className="doctorFine" role="status" data-doctor-fine={fine}>
          <IconCircleCheck size={18} aria-hidden />
          <div>
            <strong>{bad.length === 0 ? t('doctor.fine') : t('doctor.fineCount', { count: fine })}</strong>
            {bad.length === 0 && <p>{t('doctor.fineText')}</p>}
          </div>
        </div>
      )}
      {bad.map((one) => (
        <Missing key={`${one.subscriptionId} ${one.name}`} subscription={one} />
      ))}
      <Group justify="flex-end">
        <Button size="xs" variant="default" leftSection={<IconRefresh size={15} aria-hidden />} loading={isAsking} onClick={onAgain}>
          {t('doctor.again')}
        </Button>
      </Group>
      <section aria-labelledby="doctor-role">
        <Group justify="space-between" wrap="nowrap" mb={4}>
          <Text fw={600} size="sm" id="doctor-role">
            {t('doctor.role')}
          </Text>
          <CopyText text={role} label={t('doctor.copyRole')} mark="role" />
        </Group>
        <Text size="sm" mb={4}>
          {t('doctor.roleText')}
        </Text>
        {/\/write"/.test(role) && (
          <Text size="sm" mb={8} c="dimmed">
            {t('doctor.roleWrite')}
          </Text>
        )}
        <Code block className="doctorRole" tabIndex={0} data-role>
          {role}
        </Code>
      </section>
    </>
  )
}

function Missing({ subscription }: { subscription: Subscription }) {
  const { t } = useTranslation('azure')
  const failureText = useFailureText()
  const { name, subscriptionId, licensed, missing, failure } = subscription
  return (
    <section className="doctorPart" aria-label={name} data-subscription={subscriptionId}>
      <Text fw={600} size="sm" component="div">
        <Foreign text={name} />
      </Text>
      <Text size="xs" c="dimmed" className="doctorId">
        {subscriptionId}
      </Text>
      {failure && (
        <p>
          {t('doctor.failed')}: {failureText(failure).title}. {failureText(failure).advice}
        </p>
      )}
      {!licensed && (
        <p>
          <strong>{t('doctor.notLicensed')}.</strong> {t('doctor.notLicensedText')}
        </p>
      )}
      {missing.length > 0 && (
        <dl>
          {missing.map(({ purpose, actions }) => (
            <div key={purpose} data-purpose={purpose}>
              <dt>
                {t(`doctor.purposes.${purpose}`)}
                <small>{t(`doctor.without.${purpose}`)}</small>
              </dt>
              <dd aria-label={t('doctor.missing')}>
                {actions.map((action) => (
                  <Code key={action}>{action}</Code>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}
