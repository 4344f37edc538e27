import { Stack, Text } from '@mantine/core'
import { useAsk } from '../door.ts'

/** Open grants of this technician, and those that ended lately (REQ-6). */
export function AccessView() {
  const grants = useAsk('grants.list', {})
  return (
    <Stack>
      {grants.data?.grants.map((grant) => (
        <Text key={grant.grantId}>
          <bdi>{grant.machineName}</bdi>
        </Text>
      ))}
    </Stack>
  )
}
