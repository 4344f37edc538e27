import { Alert, Stack } from '@mantine/core'
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Client } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'

/** What to know about a desktop program before it is used: that it is too old, or that it asks what the console could not hand over. */
export function ClientNotes({ client }: { client: Client | undefined }) {
  const { t } = useTranslation('sessions')
  const notes = client?.notes ?? []
  if (!client || notes.length === 0) return null
  return (
    <Stack gap="xs">
      {notes.map((note) => (
        <Alert
          key={note}
          p="xs"
          color={note === 'outdated' ? 'yellow' : 'blue'}
          icon={note === 'outdated' ? <IconAlertTriangle size={16} aria-hidden /> : <IconInfoCircle size={16} aria-hidden />}
          data-client-note={note}
        >
          {t(`clientNotes.${note}`, { client: client.version === undefined ? client.name : `${client.name} ${client.version}` })}
        </Alert>
      ))}
    </Stack>
  )
}

/** The program that a desktop opens in: the chosen one, or the first that is there. */
export function useDesktopClient(): Client | undefined {
  const clients = useAsk('sessions.clients', {}).data?.clients.filter(({ way }) => way === 'rdp') ?? []
  const chosen = useAsk('settings.get', {}).data?.rdpClient
  return clients.find(({ id }) => id === chosen) ?? clients[0]
}
