import { Button } from '@mantine/core'
import { useAsk } from '../door.ts'
import { show } from '../view.ts'

/** The sessions as tabs, in the window's top bar. */
export function SessionTabs() {
  const list = useAsk('sessions.list', {})
  return list.data?.sessions.map(({ sessionId, machineName }) => (
    <Button key={sessionId} onClick={() => show({ name: 'session', sessionId })}>
      <bdi>{machineName}</bdi>
    </Button>
  ))
}
