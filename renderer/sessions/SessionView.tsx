import { Text } from '@mantine/core'
import { useAsk } from '../door.ts'

/** One session: its terminal, or the state of a program outside the console. */
export function SessionView({ sessionId }: { sessionId: string }) {
  const list = useAsk('sessions.list', {})
  const session = list.data?.sessions.find((one) => one.sessionId === sessionId)
  return session ? (
    <Text>
      <bdi>{session.machineName}</bdi>
    </Text>
  ) : null
}
