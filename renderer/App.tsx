import { MantineProvider, mergeThemeOverrides, useMantineColorScheme } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { listenToBell, queries, useAsk } from './door.ts'
import { Mishap } from './parts/Mishap.tsx'
import { Shell } from './Shell.tsx'
import { cssVariables, theme } from './theme.ts'
import { speak } from './words.ts'

export function App() {
  const { t } = useTranslation()
  const close = t('close')
  const spokenTheme = useMemo(() => mergeThemeOverrides(theme, namedClosing(close)), [close])
  useEffect(listenToBell, [])
  return (
    <QueryClientProvider client={queries}>
      <MantineProvider theme={spokenTheme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <FollowSettings />
        {/* Below dialogs (200), and in the middle: a notice must cover neither a question nor the actions, which stand at the right. */}
        <Notifications position="bottom-center" limit={4} zIndex={190} />
        <Mishap>
          <Shell />
        </Mishap>
      </MantineProvider>
    </QueryClientProvider>
  )
}

/** Whatever has a cross to close it says so to a screen reader. */
function namedClosing(label: string) {
  const defaultProps = { closeButtonProps: { 'aria-label': label } }
  return {
    components: {
      Modal: { defaultProps },
      Drawer: { defaultProps },
      Notification: { defaultProps },
    },
  }
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
