import { Button, CloseButton } from '@mantine/core'
import { IconKeyOff } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '../door.ts'
import { useFailureText } from './useFailureText.ts'

/** Says that the keychain cannot be used, and how to mend it on this system (VLT-2). Hidden ones come back when the state changes. */
export function KeychainNotice() {
  const { t } = useTranslation(['common', 'failures'])
  const keychain = useAsk('account.keychain', {})
  const failureText = useFailureText()
  const [hidden, setHidden] = useState<string>()
  const state = keychain.data?.state ?? 'ready'
  if (state === 'ready' || state === hidden) return null
  const { title, advice } = failureText({ tag: 'keychain', state })
  return (
    <div className="notice" role="status" data-keychain={state}>
      <IconKeyOff size={20} aria-hidden />
      <p>
        <strong>{title}.</strong> {advice} {t('keychain.consequence')}
      </p>
      <Button size="xs" variant="default" loading={keychain.isFetching} onClick={() => void keychain.refetch()}>
        {t('failures:keychain.checkAgain')}
      </Button>
      <CloseButton aria-label={t('dismiss')} onClick={() => setHidden(state)} c="inherit" />
    </div>
  )
}
