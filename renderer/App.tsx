import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect } from 'react'
import { listenToBell, queries } from './door.ts'
import { Shell } from './Shell.tsx'
import { theme } from './theme.ts'

export function App() {
  useEffect(listenToBell, [])
  return (
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <Notifications position="bottom-right" limit={4} />
        <Shell />
      </MantineProvider>
    </QueryClientProvider>
  )
}
