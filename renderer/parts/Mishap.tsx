import { Button, Center, Stack, Text, Title } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** Catches a fault of ours while drawing: the window says so and offers to begin anew, instead of going blank. Sessions go on in main. */
export class Mishap extends Component<{ children: ReactNode }, { isFaulty: boolean }> {
  override readonly state = { isFaulty: false }

  static getDerivedStateFromError(): { isFaulty: boolean } {
    return { isFaulty: true }
  }

  override render(): ReactNode {
    return this.state.isFaulty ? <BeginAnew /> : this.props.children
  }
}

function BeginAnew() {
  const { t } = useTranslation('failures')
  return (
    <Center h="100vh" p="lg">
      <Stack align="center" maw={440} gap="sm" role="alert">
        <Title order={1}>{t('internal.title')}</Title>
        <Text ta="center">{t('window.advice')}</Text>
        <Button onClick={() => location.reload()}>{t('window.reload')}</Button>
      </Stack>
    </Center>
  )
}
