import { Text } from '@mantine/core'
import { useAttempts } from './attempts.ts'

/** Every attempt's steps, questions and failure. Mounted once. */
export function ConnectPanel() {
  const attempts = useAttempts()
  return attempts.started.map((one) => <Text key={one.attemptId}>{one.wish.machineName}</Text>)
}
