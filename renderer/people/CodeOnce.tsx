import { Button, Code, Stack, Text } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useDeeds } from '../machines/useDeeds.ts'
import { momentText } from '../parts/time.ts'

/** An invitation's code, shown this once, and the fingerprint that is told by another way, so that both can be compared. */
export function CodeOnce({ code, expiresAt, fingerprint }: { code: string; expiresAt: string; fingerprint: string | undefined }) {
  const { t, i18n } = useTranslation('people')
  const { copy } = useDeeds()
  return (
    <Stack gap="sm">
      <Text size="sm">{t('code.text')}</Text>
      <Code block className="inviteCode" data-code>
        {code}
      </Code>
      <Button variant="default" leftSection={<IconCopy size={16} aria-hidden />} onClick={() => void copy(code)}>
        {t('code.copy')}
      </Button>
      <Text size="sm" c="dimmed">
        {t('code.expires', { at: momentText(expiresAt, i18n.language) })}
      </Text>
      {fingerprint !== undefined && (
        <>
          <Text size="sm">{t('code.fingerprint')}</Text>
          <Code block className="inviteCode">
            {fingerprint}
          </Code>
        </>
      )}
    </Stack>
  )
}
