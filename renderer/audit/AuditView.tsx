import { Stack, Text } from '@mantine/core'
import { useAsk } from '../door.ts'

/** What happened, newest first (AUD-1). */
export function AuditView({ machineId, grantId }: { machineId?: string; grantId?: string }) {
  const page = useAsk('audit.list', {
    filter: { ...(machineId === undefined ? {} : { machineId }), ...(grantId === undefined ? {} : { grantId }) },
    limit: 100,
  })
  return (
    <Stack>
      {page.data?.rows.map((row) => (
        <Text key={row.seq}>{row.action}</Text>
      ))}
    </Stack>
  )
}
