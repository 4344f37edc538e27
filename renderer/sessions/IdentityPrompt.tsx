import { Alert, Box, Button, Code, Collapse, Group, Stack, Text, TextInput, Title, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconCircleCheck, IconShieldQuestion, IconShieldX } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Prompt, PromptAnswer } from '../../preload/contract.ts'
import { compareFingerprint } from './fingerprint.ts'

type IdentityPrompt = Extract<Prompt, { kind: 'hostKey' | 'certificate' }>

/** A click or Enter that was meant for what was there before must not trust a machine (F-76's rule). */
const armAfterMs = 500

function useArmed(): boolean {
  const [isArmed, setArmed] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setArmed(true), armAfterMs)
    return () => clearTimeout(timer)
  }, [])
  return isArmed
}

function Fact({ label, children, mono = false }: { label: string; children: string; mono?: boolean }) {
  return (
    <Box>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm" {...(mono ? { ff: 'monospace' } : {})} style={{ wordBreak: 'break-all' }}>
        <bdi>{children}</bdi>
      </Text>
    </Box>
  )
}

/** First contact: the technician compares the machine's fingerprint and decides. Declining is as prominent as trusting. */
export function IdentityQuestion({ prompt, onAnswer }: { prompt: IdentityPrompt; onAnswer: (answer: PromptAnswer) => void }) {
  const { t, i18n } = useTranslation('sessions')
  const isArmed = useArmed()
  const [given, setGiven] = useState('')
  const [isArtOpen, setArtOpen] = useState(false)
  const comparison = compareFingerprint(given, prompt.fingerprint)
  return (
    <Stack gap="sm">
      <Group gap="xs" wrap="nowrap">
        <IconShieldQuestion size={20} color="var(--mantine-color-orange-filled)" aria-hidden />
        <Title order={4} fz="md">
          {t(`${prompt.kind}.title`)}
        </Title>
      </Group>
      <Text size="sm">{t(`${prompt.kind}.body`)}</Text>
      <Stack gap={6} p="sm" bdrs="md" bg="var(--mantine-color-default-hover)">
        <Fact label={t('hostKey.fingerprint')} mono>
          {prompt.fingerprint}
        </Fact>
        {prompt.kind === 'hostKey' ? (
          <Fact label={t('hostKey.algorithm')}>{prompt.algorithm}</Fact>
        ) : (
          <Group gap="xl">
            <Fact label={t('certificate.subject')}>{prompt.subject}</Fact>
            <Fact label={t('certificate.validUntil')}>
              {new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(new Date(prompt.validUntil))}
            </Fact>
          </Group>
        )}
        {prompt.kind === 'hostKey' && (
          <Box>
            <UnstyledButton onClick={() => setArtOpen(!isArtOpen)} aria-expanded={isArtOpen}>
              <Group gap={4}>
                <IconChevronDown size={14} style={{ transform: isArtOpen ? 'none' : 'rotate(-90deg)' }} aria-hidden />
                <Text size="xs" c="dimmed">
                  {t('hostKey.randomart')}
                </Text>
              </Group>
            </UnstyledButton>
            <Collapse expanded={isArtOpen}>
              <Code block fz={11} lh={1.15} mt={4}>
                {prompt.randomart}
              </Code>
            </Collapse>
          </Box>
        )}
      </Stack>
      <TextInput
        label={t('hostKey.compare')}
        placeholder={t('hostKey.comparePlaceholder')}
        value={given}
        onChange={(event) => setGiven(event.currentTarget.value)}
        // Where Enter does nothing.
        autoFocus
        data-autofocus
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      {comparison === 'same' && (
        <Alert color="teal" p="xs" icon={<IconCircleCheck />}>
          {t('hostKey.same')}
        </Alert>
      )}
      {comparison === 'different' && (
        <Alert color="red" p="xs" icon={<IconShieldX />}>
          {t('hostKey.different')}
        </Alert>
      )}
      <Group grow className="questionActions">
        <Button variant="default" onClick={() => onAnswer({ kind: 'refuse' })}>
          {t('hostKey.refuse')}
        </Button>
        <Button disabled={!isArmed || comparison === 'different'} onClick={() => isArmed && onAnswer({ kind: 'accept' })}>
          {t('hostKey.trust')}
        </Button>
      </Group>
    </Stack>
  )
}
