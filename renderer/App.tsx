import { MantineProvider, useMantineColorScheme } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect } from 'react'
import { listenToBell, queries, useAsk } from './door.ts'
import { Shell } from './Shell.tsx'
import { cssVariables, theme } from './theme.ts'
import { speak } from './words.ts'

export function App() {
  useEffect(listenToBell, [])
  return (
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <FollowSettings />
        {/* Below dialogs (200): a notice must not cover the buttons of a question. */}
        <Notifications position="bottom-right" limit={4} zIndex={190} />
        <Shell />
      </MantineProvider>
    </QueryClientProvider>
  )
}

/** Applies language and theme wherever they were changed. */
function FollowSettings() {
  const { language, theme: wanted } = useAsk('settings.get', {}).data ?? {}
  const { setColorScheme } = useMantineColorScheme()
  useEffect(() => {
    if (wanted) setColorScheme(wanted === 'system' ? 'auto' : wanted)
  }, [wanted, setColorScheme])
  useEffect(() => {
    if (language) void speak(language)
  }, [language])
  return null
}
