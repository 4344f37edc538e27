import { Button, Group, Radio, ScrollArea, Stack, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AzureSignIn } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign, isolate } from '../parts/foreign.tsx'

interface TenantChoiceProps {
  signInId: string
  account: string
  tenants: Extract<AzureSignIn, { kind: 'chooseTenant' }>['tenants']
  onStop: () => void
}

/** Fewer are seen at a glance. */
const searchedFrom = 6

/** One of the tenants that the person is in; those that are here already cannot be added a second time. */
export function TenantChoice({ signInId, account, tenants, onStop }: TenantChoiceProps) {
  const { t } = useTranslation('azure')
  const [search, setSearch] = useState('')
  const [picked, setPicked] = useState(tenants.find(({ isSignedIn }) => !isSignedIn)?.tenantId)
  const choose = useDo('azure.chooseTenant')
  const words = search.trim().toLowerCase()
  const found = tenants.filter(({ name, domain, tenantId }) => [name, domain, tenantId].some((text) => text.toLowerCase().includes(words)))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (picked !== undefined) choose.mutate({ signInId, tenantId: picked })
      }}
    >
      <Stack gap="md" data-sign-in="chooseTenant">
        <div>
          <Text fw={600}>{t('signIn.choose')}</Text>
          <Text size="sm">{t('signIn.chooseText', { account: isolate(account) })}</Text>
        </div>
        {tenants.length >= searchedFrom && (
          <TextInput
            type="search"
            aria-label={t('signIn.search')}
            placeholder={t('signIn.search')}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={search}
            maxLength={200}
            data-autofocus
            onChange={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        )}
        <ScrollArea.Autosize mah={300} type="auto">
          <Radio.Group aria-label={t('signIn.choose')} value={picked ?? null} onChange={setPicked}>
            <Stack gap="xs">
              {found.map(({ tenantId, name, domain, isSignedIn }) => (
                <Radio
                  key={tenantId}
                  value={tenantId}
                  disabled={isSignedIn}
                  label={<Foreign text={name === '' ? tenantId : name} />}
                  description={
                    <>
                      <bdi>{domain}</bdi>
                      {isSignedIn && ` · ${t('signIn.isSignedIn')}`}
                    </>
                  }
                  data-tenant-choice={tenantId}
                />
              ))}
              {found.length === 0 && (
                <Text size="sm" c="dimmed">
                  {t('signIn.noTenant')}
                </Text>
              )}
            </Stack>
          </Radio.Group>
        </ScrollArea.Autosize>
        {choose.isError && <FailureAlert failure={failureOf(choose.error)} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onStop}>
            {t('signIn.stop')}
          </Button>
          <Button type="submit" loading={choose.isPending} disabled={picked === undefined} data-use-tenant>
            {t('signIn.use')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
