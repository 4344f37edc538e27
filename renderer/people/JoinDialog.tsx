import { Button, Checkbox, Code, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { IconShieldQuestion } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { InvitationPreview } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { tellDone } from '../parts/tell.ts'
import { useFailureText } from '../parts/useFailureText.ts'

/** Joins a team's gateway: the code says where, the person compares the fingerprint, and only then anything is sent. */
export function JoinDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['people', 'common'])
  const failureText = useFailureText()
  const [code, setCode] = useState('')
  const preview = useDo('account.previewInvitation')
  const failure = preview.isError ? failureOf(preview.error) : undefined
  return (
    <Modal opened={opened} onClose={onClose} title={t('join.title')} size="lg">
      {preview.data ? (
        <Compare code={code.trim()} preview={preview.data} onBack={() => preview.reset()} onClose={onClose} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            preview.mutate({ code: code.trim() })
          }}
        >
          <Stack gap="md">
            <Textarea
              label={t('join.code')}
              description={t('join.codeHint')}
              value={code}
              maxLength={2000}
              autosize
              minRows={3}
              required
              spellCheck={false}
              data-autofocus
              classNames={{ input: 'inviteCode' }}
              error={failure?.tag === 'invalidInput' ? failureText(failure).advice : undefined}
              onChange={({ currentTarget }) => setCode(currentTarget.value)}
            />
            {failure && failure.tag !== 'invalidInput' && <FailureAlert failure={failure} />}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                {t('common:cancel')}
              </Button>
              <Button type="submit" loading={preview.isPending} disabled={code.trim() === ''}>
                {t('join.look')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}

interface CompareProps {
  code: string
  preview: InvitationPreview
  onBack: () => void
  onClose: () => void
}

function Compare({ code, preview, onBack, onClose }: CompareProps) {
  const { t } = useTranslation(['people', 'common'])
  const [isSame, setSame] = useState(false)
  const join = useDo('account.joinGateway')
  const onJoin = () =>
    join.mutate(
      { code },
      {
        onSuccess: () => {
          tellDone(t('join.done', { name: isolate(preview.name) }))
          onClose()
        },
      },
    )
  return (
    <Stack gap="md">
      <dl className="joinFacts">
        <div>
          <dt>{t('join.gateway')}</dt>
          <dd>
            <Foreign text={preview.name} />
          </dd>
        </div>
        <div>
          <dt>{t('join.address')}</dt>
          <dd>
            <Foreign text={preview.address} />
          </dd>
        </div>
      </dl>
      <div>
        <Group gap="xs" mb={6}>
          <IconShieldQuestion size={18} aria-hidden />
          <Text fw={600} size="sm">
            {t('join.fingerprint')}
          </Text>
        </Group>
        <Code block className="inviteCode" data-fingerprint>
          {preview.fingerprint}
        </Code>
        <Text size="sm" mt={6}>
          {t('join.compare')}
        </Text>
      </div>
      {preview.joinedAs === undefined ? (
        <Checkbox label={t('join.same')} checked={isSame} onChange={({ currentTarget }) => setSame(currentTarget.checked)} />
      ) : (
        <Text size="sm" c="var(--gate-warn)">
          {t('join.already')}
        </Text>
      )}
      {join.isError && <FailureAlert failure={failureOf(join.error)} onRetry={onJoin} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onBack}>
          {t('join.back')}
        </Button>
        <Button loading={join.isPending} disabled={!isSame || preview.joinedAs !== undefined} onClick={onJoin} data-join>
          {t('join.do')}
        </Button>
      </Group>
    </Stack>
  )
}
