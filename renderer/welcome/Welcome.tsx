/** The first screen of a new console: what it is, and the three shortest ways to a first connection. */
import { Button, Group, Text, Title, UnstyledButton } from '@mantine/core'
import {
  IconBrandAzure,
  IconBuildingFortress,
  IconCircleCheck,
  IconDeviceLaptop,
  IconFileImport,
  IconKeyOff,
  IconPlus,
  IconUsersGroup,
} from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Failure } from '../../preload/contract.ts'
import { call, failureOf, useAsk } from '../door.ts'
import { openDialog } from '../machines/dialog.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { useFailureText } from '../parts/useFailureText.ts'
import { useSettings } from '../settings/useSettings.ts'
import { show } from '../view.ts'
import './welcome.css'

export function Welcome() {
  const { t } = useTranslation('welcome')
  const { change } = useSettings()
  const [importId] = useState(() => crypto.randomUUID())
  const config = useAsk('machines.previewImport', { importId })
  const hasConfig = config.data !== undefined && config.data.machines > 0
  const info = useAsk('app.info', {}).data
  const [failure, setFailure] = useState<Failure>()
  const [busy, setBusy] = useState(false)

  const leave = (): void => change({ welcomed: true })
  /** This computer as the first machine: the whole way can be tried without anybody's server. */
  const onThisComputer = async (): Promise<void> => {
    setBusy(true)
    setFailure(undefined)
    try {
      const { machineId } = await call('machines.add', {
        name: t('self.name'),
        address: '127.0.0.1',
        os: info?.platform ?? 'linux',
        site: '',
        tags: [],
        turnOnJit: true,
        ...(info ? { user: info.user } : {}),
      })
      leave()
      show({ name: 'machines', machineId })
    } catch (error) {
      setFailure(failureOf(error))
      setBusy(false)
    }
  }

  return (
    <main className="welcome" data-shell="welcome">
      <div className="welcomeCard card">
        <div className="welcomeHead">
          <IconBuildingFortress size={40} stroke={1.5} aria-hidden />
          <Title order={1} fz={26}>
            {t('title')}
          </Title>
        </div>
        <Text size="lg" c="dimmed" maw={680}>
          {t('what')}
        </Text>
        <div className="welcomeWays">
          <Way
            icon={<IconPlus size={26} stroke={1.75} aria-hidden />}
            title={t('add.title')}
            text={t('add.text')}
            onClick={() => {
              leave()
              openDialog({ name: 'add' })
            }}
          />
          <Way
            icon={<IconFileImport size={26} stroke={1.75} aria-hidden />}
            title={t('import.title')}
            text={
              config.isPending ? t('import.looking') : hasConfig ? t('import.found', { count: config.data.machines }) : t('import.none')
            }
            onClick={() => {
              leave()
              openDialog({ name: 'import', ...(hasConfig && { own: true }) })
            }}
          />
          <Way
            icon={<IconDeviceLaptop size={26} stroke={1.75} aria-hidden />}
            title={t('self.title')}
            text={t('self.text')}
            disabled={busy}
            onClick={() => void onThisComputer()}
          />
          <Way
            icon={<IconUsersGroup size={26} stroke={1.75} aria-hidden />}
            title={t('join.title')}
            text={t('join.text')}
            onClick={() => {
              leave()
              openDialog({ name: 'join' })
            }}
          />
          <Way
            icon={<IconBrandAzure size={26} stroke={1.75} aria-hidden />}
            title={t('azure.title')}
            text={t('azure.text')}
            onClick={() => {
              leave()
              openDialog({ name: 'azure' })
            }}
          />
        </div>
        {failure && <FailureAlert failure={failure} onRetry={() => void onThisComputer()} />}
        <KeychainCheck />
        <Group justify="space-between" mt="lg">
          <Text size="sm" c="dimmed">
            {t('later')}
          </Text>
          <Button variant="subtle" onClick={leave}>
            {t('skip')}
          </Button>
        </Group>
      </div>
    </main>
  )
}

function Way({
  icon,
  title,
  text,
  disabled = false,
  onClick,
}: {
  icon: ReactNode
  title: string
  text: string
  disabled?: boolean
  onClick: () => void
}) {
  return (
    <UnstyledButton className="welcomeWay" disabled={disabled} onClick={onClick}>
      {icon}
      <strong>{title}</strong>
      <span>{text}</span>
    </UnstyledButton>
  )
}

/** Passwords can be remembered, or how to mend that (VLT-2). */
function KeychainCheck() {
  const { t } = useTranslation(['welcome', 'failures', 'common'])
  const keychain = useAsk('account.keychain', {})
  const failureText = useFailureText()
  const state = keychain.data?.state
  if (state === undefined) return null
  if (state === 'ready')
    return (
      <div className="welcomeCheck" role="status">
        <IconCircleCheck size={18} aria-hidden />
        <p>{t('keychainReady')}</p>
      </div>
    )
  const { title, advice } = failureText({ tag: 'keychain', state })
  return (
    <div className="welcomeCheck" data-tone="warn" role="status">
      <IconKeyOff size={18} aria-hidden />
      <p>
        <strong>{title}.</strong> {advice} {t('common:keychain.consequence')}
      </p>
      <Button size="xs" variant="default" loading={keychain.isFetching} onClick={() => void keychain.refetch()}>
        {t('failures:keychain.checkAgain')}
      </Button>
    </div>
  )
}
