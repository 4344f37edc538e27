import { Alert, Box, Button, Group, Stack, Text } from '@mantine/core'
import { IconHandStop } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { FailureOf } from '../../preload/contract.ts'

/** The machine shows another identity than the pinned one: a stop, both fingerprints, and no way to accept it here (F-21). */
export function IdentityStop({ failure, onShowMachine }: { failure: FailureOf<'identityChanged'>; onShowMachine: () => void }) {
  const { t } = useTranslation('sessions')
  return (
    <Alert
      // Dark enough for white text (WCAG 1.4.3).
      color="red.9"
      variant="filled"
      role="alert"
      icon={<IconHandStop aria-hidden />}
      title={t('identityChanged.title')}
      data-failure={failure.tag}
    >
      <Stack gap="sm">
        <Text size="sm" c="inherit">
          {t(`identityChanged.${failure.kind}`)}
        </Text>
        <Stack gap={4} p="xs" bdrs="sm" bg="rgba(0, 0, 0, 0.25)">
          {(['expected', 'shown'] as const).map((which) => (
            <Box key={which}>
              <Text size="xs" c="inherit">
                {t(`identityChanged.${which}`)}
              </Text>
              <Text size="sm" ff="monospace" c="inherit" style={{ wordBreak: 'break-all' }} data-fingerprint={which}>
                <bdi>{failure[which]}</bdi>
              </Text>
            </Box>
          ))}
        </Stack>
        <Text size="sm" c="inherit">
          {t('identityChanged.advice')}
        </Text>
        <Group>
          <Button size="xs" variant="white" color="red" onClick={onShowMachine}>
            {t('identityChanged.details')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
