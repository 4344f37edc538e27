import { Alert, Button, Checkbox, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconKey, IconMessageQuestion, IconUser } from '@tabler/icons-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Trans, useTranslation } from 'react-i18next'
import type { Prompt, PromptAnswer } from '../../preload/contract.ts'

type Answer = (answer: PromptAnswer) => void

function Question({ icon, title, children }: { icon: ReactNode; title: ReactNode; children: ReactNode }) {
  return (
    <Stack gap="sm">
      <Group gap="xs" wrap="nowrap">
        {icon}
        <Title order={4} fz="md" style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
          {title}
        </Title>
      </Group>
      {children}
    </Stack>
  )
}

function submitting(action: () => void) {
  return (event: FormEvent) => {
    event.preventDefault()
    action()
  }
}

/** The user name to sign in as. */
export function UserQuestion({ prompt, onAnswer }: { prompt: Extract<Prompt, { kind: 'user' }>; onAnswer: Answer }) {
  const { t } = useTranslation('sessions')
  const [user, setUser] = useState(prompt.suggestion)
  return (
    <Question icon={<IconUser size={20} aria-hidden />} title={t('user.title')}>
      <form onSubmit={submitting(() => user.trim() && onAnswer({ kind: 'text', text: user.trim(), remember: true }))}>
        <Stack gap="sm">
          <TextInput
            label={t('user.label')}
            value={user}
            maxLength={256}
            autoComplete="off"
            spellCheck={false}
            // A question takes the keyboard when it appears, not only when the dialog opens.
            autoFocus
            data-autofocus
            onChange={(event) => setUser(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button type="submit" disabled={user.trim() === ''}>
              {t('user.continue')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Question>
  )
}

/** A password or a key's passphrase. What is typed leaves this component once and is kept nowhere in the window. */
export function SecretQuestion({ prompt, onAnswer }: { prompt: Extract<Prompt, { kind: 'password' | 'passphrase' }>; onAnswer: Answer }) {
  const { t } = useTranslation('sessions')
  const [secret, setSecret] = useState('')
  const [remember, setRemember] = useState(false)
  const send = () => {
    setSecret('')
    onAnswer({ kind: 'text', text: secret, remember: remember && prompt.canRemember })
  }
  const title =
    prompt.kind === 'password' ? (
      <Trans t={t} i18nKey="password.title" components={{ user: <bdi>{prompt.user}</bdi> }} />
    ) : (
      t('passphrase.title')
    )
  return (
    <Question icon={<IconKey size={20} aria-hidden />} title={title}>
      {prompt.kind === 'passphrase' && (
        <Text size="sm" ff="monospace" c="dimmed" truncate title={prompt.key}>
          <bdi>{prompt.key}</bdi>
        </Text>
      )}
      {prompt.again && (
        <Alert color="red" p="xs">
          {t(`${prompt.kind}.again`)}
        </Alert>
      )}
      <form onSubmit={submitting(send)}>
        <Stack gap="sm">
          <PasswordInput
            label={t(`${prompt.kind}.label`)}
            value={secret}
            maxLength={4096}
            autoComplete="off"
            // A question takes the keyboard when it appears, not only when the dialog opens.
            autoFocus
            data-autofocus
            onChange={(event) => setSecret(event.currentTarget.value)}
          />
          <Group justify="space-between">
            {prompt.canRemember ? (
              <Checkbox label={t('password.remember')} checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} />
            ) : (
              <span />
            )}
            <Button type="submit">{prompt.kind === 'password' ? t('password.signIn') : t('passphrase.unlock')}</Button>
          </Group>
        </Stack>
      </form>
    </Question>
  )
}

/** keyboard-interactive (RFC 4256): the machine's own texts, set apart and named as such, because they could say anything. */
export function MachineQuestions({ prompt, onAnswer }: { prompt: Extract<Prompt, { kind: 'questions' }>; onAnswer: Answer }) {
  const { t } = useTranslation('sessions')
  const [texts, setTexts] = useState<readonly string[]>(() => prompt.questions.map(() => ''))
  const set = (index: number, text: string) => setTexts(texts.map((one, at) => (at === index ? text : one)))
  const send = () => {
    setTexts(prompt.questions.map(() => ''))
    onAnswer({ kind: 'texts', texts: [...texts] })
  }
  const foreign = [prompt.title, prompt.instructions].filter((text) => text.trim() !== '')
  return (
    <Question icon={<IconMessageQuestion size={20} aria-hidden />} title={t('questions.title')}>
      <Text size="xs" c="dimmed">
        {t('questions.foreign')}
      </Text>
      <form onSubmit={submitting(send)}>
        <Stack gap="sm">
          {foreign.length > 0 && (
            <Stack gap={4} pl="sm" style={{ borderInlineStart: '3px solid var(--mantine-color-default-border)' }} mah={160} data-foreign>
              {foreign.map((text) => (
                <Text key={text} size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', overflow: 'auto' }}>
                  <bdi>{text}</bdi>
                </Text>
              ))}
            </Stack>
          )}
          {prompt.questions.map((question, index) => {
            const Field = question.echo ? TextInput : PasswordInput
            return (
              <Field
                // The machine may ask the same text twice; the place is what tells questions apart.
                // eslint-disable-next-line react/no-array-index-key -- the list of one prompt never changes its order
                key={`${prompt.promptId} ${index}`}
                label={t('questions.answer', { number: index + 1 })}
                description={<bdi>{question.text.trim() || t('questions.noText')}</bdi>}
                value={texts[index] ?? ''}
                maxLength={4096}
                autoComplete="off"
                autoFocus={index === 0}
                data-autofocus={index === 0 || undefined}
                onChange={(event) => set(index, event.currentTarget.value)}
              />
            )
          })}
          <Group justify="flex-end">
            <Button type="submit">{t('questions.continue')}</Button>
          </Group>
        </Stack>
      </form>
    </Question>
  )
}
