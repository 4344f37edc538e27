import { Button, Collapse, Group, Radio, Select, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AzureCloud, AzureTenant, Failure, Input } from '../../preload/contract.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'

export interface SignInWish {
  cloud: AzureCloud
  way: Input<'azure.beginSignIn'>['way']
  tenant: string
  clientId: string
}

interface SignInFormProps {
  wish: SignInWish
  again: AzureTenant | undefined
  isStarting: boolean
  failure: Failure | undefined
  onStart: (wish: SignInWish) => void
  onClose: () => void
}

const clouds: readonly AzureCloud[] = ['public', 'usGovernment', 'china']
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Which cloud and how; the rest only for those who need it. */
export function SignInForm({ wish, again, isStarting, failure, onStart, onClose }: SignInFormProps) {
  const { t } = useTranslation(['azure', 'common'])
  const [wanted, setWanted] = useState(wish)
  const [isMore, setMore] = useState(wish.tenant !== '' || wish.clientId !== '')
  const change = (part: Partial<SignInWish>) => setWanted({ ...wanted, ...part })
  const isClientIdWrong = wanted.clientId.trim() !== '' && !uuid.test(wanted.clientId.trim())
  const MoreIcon = isMore ? IconChevronDown : IconChevronRight
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!isClientIdWrong && !isStarting) onStart(wanted)
      }}
    >
      <Stack gap="md">
        {again ? (
          <Text size="sm">{t('signIn.again', { account: isolate(again.account) })}</Text>
        ) : (
          <Select
            label={t('signIn.cloud')}
            data={clouds.map((cloud) => ({ value: cloud, label: t(`clouds.${cloud}`) }))}
            value={wanted.cloud}
            allowDeselect={false}
            onChange={(cloud) => cloud && change({ cloud })}
            data-cloud
          />
        )}
        <Radio.Group
          label={t('signIn.way')}
          value={wanted.way}
          onChange={(way) => change({ way: way === 'deviceCode' ? 'deviceCode' : 'browser' })}
        >
          <Stack gap="xs" mt={6}>
            <Radio value="browser" label={t('signIn.browser')} description={t('signIn.browserHint')} data-autofocus />
            <Radio value="deviceCode" label={t('signIn.deviceCode')} description={t('signIn.deviceCodeHint')} />
          </Stack>
        </Radio.Group>
        {!again && (
          <div>
            <UnstyledButton className="azureMore" aria-expanded={isMore} onClick={() => setMore(!isMore)} data-more>
              <MoreIcon size={16} aria-hidden />
              {t('signIn.more')}
            </UnstyledButton>
            <Collapse expanded={isMore}>
              <Stack gap="sm" pt="xs">
                <TextInput
                  label={t('signIn.tenant')}
                  description={t('signIn.tenantHint')}
                  value={wanted.tenant}
                  maxLength={253}
                  spellCheck={false}
                  onChange={({ currentTarget }) => change({ tenant: currentTarget.value })}
                />
                <TextInput
                  label={t('signIn.clientId')}
                  description={t('signIn.clientIdHint')}
                  value={wanted.clientId}
                  maxLength={40}
                  spellCheck={false}
                  error={isClientIdWrong ? t('signIn.clientIdWrong') : undefined}
                  onChange={({ currentTarget }) => change({ clientId: currentTarget.value })}
                />
              </Stack>
            </Collapse>
          </div>
        )}
        {failure && <FailureAlert failure={failure} onRetry={() => onStart(wanted)} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common:cancel')}
          </Button>
          <Button type="submit" loading={isStarting} disabled={isClientIdWrong} data-start-sign-in>
            {t('signIn.start')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
