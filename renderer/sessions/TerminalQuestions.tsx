import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import { call, failureOf } from '../door.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import type { Paste } from './paste.ts'

/** Asks before several lines are sent to a machine that may run each of them. */
export function PasteQuestion({ paste, onPaste, onClose }: { paste: Paste; onPaste: () => void; onClose: () => void }) {
  const { t } = useTranslation(['sessions', 'common'])
  const shown = paste.text.slice(0, 2000)
  return (
    <Modal opened centered onClose={onClose} size={520} title={<Text fw={600}>{t('terminal.pasteTitle', { count: paste.lines })}</Text>}>
      <Stack gap="md">
        <Text size="sm">{t('terminal.pasteBody')}</Text>
        <Code block mah={240} style={{ overflow: 'auto' }}>
          {shown}
          {shown.length < paste.text.length ? '\n…' : ''}
        </Code>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common:cancel')}
          </Button>
          <Button
            data-autofocus
            onClick={() => {
              onPaste()
              onClose()
            }}
          >
            {t('terminal.paste')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

/** Shows where a link really leads before anything is opened. What is not https is never opened, only copied. */
export function LinkQuestion({ url, onClose }: { url: string; onClose: () => void }) {
  const { t } = useTranslation(['sessions', 'common'])
  const failureWords = useFailureText()
  const target = URL.parse(url)
  const canOpen = target?.protocol === 'https:' && url.length <= 2048
  const act = (work: Promise<unknown>) => {
    onClose()
    work.catch((error: unknown) => {
      const { title, advice } = failureWords(failureOf(error))
      notifications.show({ color: 'red', title, message: advice })
    })
  }
  return (
    <Modal opened centered onClose={onClose} size={520} title={<Text fw={600}>{t('terminal.linkTitle')}</Text>}>
      <Stack gap="md">
        <Text size="sm">{t('terminal.linkBody')}</Text>
        {target && (
          <Text size="sm" fw={600} style={{ wordBreak: 'break-all' }}>
            {/* The host as the browser reads it: other alphabets in punycode (F-16). */}
            <bdi>{target.host}</bdi>
          </Text>
        )}
        <Code block mah={160} style={{ overflow: 'auto', whiteSpace: 'pre-wrap', wordBreak: 'break-all' }} data-link>
          {(target?.href ?? url).slice(0, 4000)}
        </Code>
        {!canOpen && (
          <Text size="sm" c="dimmed">
            {t('terminal.linkHttp')}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('common:cancel')}
          </Button>
          <Button variant={canOpen ? 'default' : 'filled'} onClick={() => act(call('app.copyText', { text: url }))}>
            {t('terminal.copyAddress')}
          </Button>
          {canOpen && <Button onClick={() => act(call('app.openWebPage', { url: target.href }))}>{t('terminal.openPage')}</Button>}
        </Group>
      </Stack>
    </Modal>
  )
}
