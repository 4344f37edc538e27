import { useTranslation } from 'react-i18next'
import type { Failure } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'
import { type FailureText, failureText } from './failureText.ts'

/** `failureText` in the window's language and for this computer's system. */
export function useFailureText(): (failure: Failure) => FailureText {
  const { t } = useTranslation(['failures', 'machines'])
  const platform = useAsk('app.info', {}).data?.platform ?? 'linux'
  return (failure) => failureText(failure, t, platform)
}
