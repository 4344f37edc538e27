/** How old the local copy is, how far it is, and what is wrong with it. */
import { Alert, Button, Center, Progress, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCloudOff, IconLock } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditCache, LocalCopy } from '../../preload/contract.ts'
import { failureOf, queries, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'
import { agoText, exactText } from '../parts/time.ts'
import { useNow } from '../parts/useNow.ts'
import { CopyText } from './CopyText.tsx'
import { toCopyAge } from './logState.ts'
import { useLogNames } from './useLogs.ts'

/** One line: as of when, without which gateways, and how far the reading is. */
export function CopyAge({ caches }: { caches: readonly AuditCache[] }) {
  const { t, i18n } = useTranslation('audit')
  const nameOf = useLogNames()
  const now = useNow()
  const age = toCopyAge(caches)
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value)
  if (caches.length === 0) return null
  const ago = age.asOf === undefined ? undefined : (agoText(age.asOf, now, i18n.language) ?? t('copy.justNow'))
  const offline = caches.filter(({ isOffline }) => isOffline)
  return (
    <div className="copyAge" role="status" data-copy-age={age.isOffline ? 'offline' : age.isReading ? 'reading' : 'current'}>
      {age.isOffline && <IconCloudOff size={15} aria-hidden />}
      {age.isReading ? (
        <>
          <span>{t('copy.reading', { have: number(age.have), of: number(age.of) })}</span>
          <Progress value={(age.have / Math.max(1, age.of)) * 100} size="xs" w={120} aria-label={t('copy.readingLabel')} />
        </>
      ) : (
        <span {...(age.asOf === undefined ? {} : { title: exactText(age.asOf, i18n.language) })}>
          {ago === undefined ? t('copy.unknown') : t(age.isOffline ? 'copy.asOfOffline' : 'copy.asOf', { ago })}
          {/* Which of several cannot be asked; of one there is nothing to tell apart. */}
          {offline.length > 0 && caches.length > 1 && `: ${offline.map((one) => isolate(nameOf(one))).join(', ')}`}
        </span>
      )}
    </div>
  )
}

/** What is not as it should be with the copy, in words; nothing where it is. */
export function CopyNotices({ copy }: { copy: LocalCopy }) {
  const { t } = useTranslation(['audit', 'common'])
  const [hidden, setHidden] = useState<string>()
  const { kind, setAside } = copy
  const isTold = kind === 'memory' || kind === 'inUse' || kind === 'full'
  return (
    <>
      {isTold && (
        <Alert className="copyNotice" color="yellow" icon={<IconAlertTriangle size={18} aria-hidden />} role="status" data-copy={kind}>
          {t(`copy.${kind}`)}
        </Alert>
      )}
      {setAside && hidden !== setAside.path && (
        <Alert
          className="copyNotice"
          color="yellow"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          role="status"
          withCloseButton
          closeButtonLabel={t('common:dismiss')}
          onClose={() => setHidden(setAside.path)}
          data-set-aside={setAside.why}
        >
          {t(`copy.setAside.${setAside.why}`)} <bdi className="copyPath">{setAside.path}</bdi>{' '}
          <CopyText text={setAside.path} label={t('copyPath')} />
        </Alert>
      )}
    </>
  )
}

/** F-88: without the keychain not one event is to be read. */
export function CopyLocked() {
  const { t } = useTranslation('audit')
  const unlock = useDo('audit.unlock')
  const isStillLocked = unlock.data?.copy.kind === 'locked'
  return (
    <Center py={72} data-copy="locked">
      <Stack align="center" gap="sm" maw={440} ta="center">
        <IconLock size={32} aria-hidden color="var(--mantine-color-dimmed)" />
        <Text fw={600}>{t('copy.locked')}</Text>
        <Text size="sm" c="dimmed">
          {t('copy.lockedBody')}
        </Text>
        <Button
          loading={unlock.isPending}
          onClick={() => unlock.mutate({}, { onSuccess: () => void queries.invalidateQueries({ queryKey: ['audit.cache'] }) })}
          data-unlock
        >
          {t('copy.unlock')}
        </Button>
        {isStillLocked && (
          <Text size="sm" role="alert">
            {t('copy.stillLocked')}
          </Text>
        )}
        {unlock.isError && <FailureAlert failure={failureOf(unlock.error)} />}
      </Stack>
    </Center>
  )
}
