import { Center, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useView } from './view.ts'

/** The frame around every view. */
export function Shell() {
  const { t } = useTranslation()
  const view = useView()
  return (
    <Center h="100%" data-shell>
      <Text>{view.name === 'session' ? view.sessionId : t(`views.${view.name}`)}</Text>
    </Center>
  )
}
