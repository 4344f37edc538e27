import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

/** Asks for the password of an encrypted file. It is sent once, and kept nowhere. */
export function PasswordForm({
  again,
  onPassword,
  onCancel,
}: {
  again: boolean
  onPassword: (password: string) => void
  onCancel: () => void
}) {
  const { t } = useTranslation(['machines', 'common'])
  const [password, setPassword] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        setPassword('')
        onPassword(password)
      }}
    >
      <Stack gap="md">
        <Text size="sm">{t('import.password.text')}</Text>
        <PasswordInput
          label={t('import.password.label')}
          value={password}
          maxLength={1000}
          autoComplete="off"
          data-autofocus
          error={again && password === '' ? t('import.password.wrong') : undefined}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            {t('common:cancel')}
          </Button>
          <Button type="submit" disabled={password === ''}>
            {t('import.password.do')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
