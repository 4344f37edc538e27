import { Button, Skeleton, Text } from '@mantine/core'
import { IconKey, IconLock } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { failureOf, useAsk, useDo } from '../door.ts'
import { Ago } from '../parts/Ago.tsx'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'

/** What is in the keychain for the console: that it exists, never what it is (VLT-1). */
export function Credentials() {
  const { t } = useTranslation('settings')
  const list = useAsk('account.credentials', {})
  const keychain = useAsk('account.keychain', {}).data?.state
  const forget = useDo('account.forgetCredential')
  if (list.isPending) return <Skeleton height={60} />
  if (list.isError) return <FailureAlert failure={failureOf(list.error)} onRetry={() => void list.refetch()} />
  const { credentials } = list.data
  return (
    <div>
      {credentials.length === 0 && (
        <Text size="sm" c="dimmed">
          {t(keychain === undefined || keychain === 'ready' ? 'credentials.none' : 'credentials.noKeychain')}
        </Text>
      )}
      {credentials.map(({ id, kind, machineName, user, key, savedAt }) => {
        const what = kind === 'password' ? (machineName ?? user ?? id) : (key ?? id)
        const Icon = kind === 'password' ? IconLock : IconKey
        return (
          <div key={id} className="credential">
            <Icon size={18} stroke={1.75} aria-hidden />
            <div>
              <Foreign text={user !== undefined && kind === 'password' ? `${user} · ${what}` : what} />
              <Text size="xs" c="dimmed">
                {t(`credentials.${kind}`)} · <Ago at={savedAt} />
              </Text>
            </div>
            <Button
              size="xs"
              variant="default"
              loading={forget.isPending && forget.variables.id === id}
              aria-label={t('credentials.forgetWhat', { what })}
              onClick={() => forget.mutate({ id }, { onSuccess: () => void list.refetch() })}
            >
              {t('credentials.forget')}
            </Button>
          </div>
        )
      })}
      {forget.isError && <FailureAlert failure={failureOf(forget.error)} />}
    </div>
  )
}
