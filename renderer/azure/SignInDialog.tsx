import { Modal } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AzureTenant } from '../../preload/contract.ts'
import { call, failureOf, useDo } from '../door.ts'
import { isolate } from '../parts/foreign.tsx'
import { SignInForm, type SignInWish } from './SignInForm.tsx'
import { SignInProgress } from './SignInProgress.tsx'
import './azure.css'

interface SignInDialogProps {
  opened: boolean
  /** This tenant's sign-in is renewed. */
  again?: AzureTenant | undefined
  onClose: () => void
}

/** Signing in to Azure: what is asked, the wait for the person at Microsoft's page, and which of their tenants it is about. */
export function SignInDialog({ opened, again, onClose }: SignInDialogProps) {
  const { t } = useTranslation('azure')
  const [wish, setWish] = useState<SignInWish>({ cloud: again?.cloud ?? 'public', way: 'browser', tenant: '', clientId: '' })
  const begin = useDo('azure.beginSignIn')
  const signInId = begin.data?.signInId
  const start = (wanted: SignInWish): void => {
    const { cloud, way, tenant, clientId } = wanted
    setWish(wanted)
    begin.mutate({
      cloud,
      way,
      ...(tenant.trim() !== '' && { tenant: tenant.trim() }),
      ...(clientId.trim() !== '' && { clientId: clientId.trim() }),
      ...(again && { again: again.id, tenant: again.tenantId }),
    })
  }
  /** Nobody waits for the answer: a sign-in that is over cannot be cancelled any more. */
  const leave = (then: () => void): void => {
    if (signInId !== undefined) void call('azure.cancelSignIn', { signInId }).catch(() => undefined)
    begin.reset()
    then()
  }
  return (
    <Modal
      opened={opened}
      onClose={() => leave(onClose)}
      closeOnClickOutside={signInId === undefined}
      size={560}
      title={again ? t('signIn.againTitle', { name: isolate(again.name) }) : t('signIn.title')}
    >
      {signInId === undefined ? (
        <SignInForm
          wish={wish}
          again={again}
          isStarting={begin.isPending}
          failure={begin.isError ? failureOf(begin.error) : undefined}
          onStart={start}
          onClose={onClose}
        />
      ) : (
        <SignInProgress
          key={signInId}
          signInId={signInId}
          onBack={() => leave(() => undefined)}
          onAgain={() => start(wish)}
          onDone={() => {
            begin.reset()
            onClose()
          }}
        />
      )}
    </Modal>
  )
}
