import { Button, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '../door.ts'
import { openChallenge } from './shown.ts'
import './challenges.css'

/** While a connect waits at the machine's challenge: that it does, and the way back to the approval view. */
export function ConnectWaits({ machineId }: { machineId: string }) {
  const { t } = useTranslation('challenges')
  const waiting = useAsk('challenges.list', {}).data?.challenges.find(
    (one) => one.foundIn === 'prompt' && one.foundOn?.machineId === machineId && (one.state === 'pending' || one.state === 'approved'),
  )
  if (!waiting) return null
  return (
    <div className="connectWaits" role="status" data-connect-waits>
      <Text size="sm">{t(waiting.state === 'pending' ? 'connect.pending' : 'connect.approved')}</Text>
      {waiting.state === 'pending' && (
        <Button size="xs" variant="default" onClick={() => openChallenge(waiting.ref)}>
          {t('connect.look')}
        </Button>
      )}
    </div>
  )
}
