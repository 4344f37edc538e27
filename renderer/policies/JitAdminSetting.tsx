import { Button, FileButton, Group, Radio, Stack, Switch, Text, TextInput } from '@mantine/core'
import { IconPhoto, IconQrcode } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Failure } from '../../preload/contract.ts'
import { call, failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import type { ValueOf } from './draft.ts'
import { type LogoProblem, logoFrom } from './logo.ts'
import { PlainSetting } from './PlainSettings.tsx'
import type { ErrorOf } from './useImpact.ts'
import type { Policy } from './usePolicy.ts'

type JitAdmin = ValueOf<'jitAdmin'>

const start: JitAdmin = { enabled: false, userName: 'gatehouse', afterSignOut: 'delete', title: '' }

/** POL-4: the local administrator that a sign-in with an approved code makes. */
export function JitAdminSetting({ policy, errorOf }: { policy: Policy; errorOf: ErrorOf }) {
  const { t } = useTranslation('policies')
  return (
    <PlainSetting
      name="jitAdmin"
      policy={policy}
      errorOf={(path) => (errorOf('jitAdmin.userName') === undefined ? errorOf(path) : undefined)}
      title={t('view.jitAdmin.title')}
      hint={t('view.jitAdmin.hint')}
      start={start}
      renderEditor={(value, onChange) => (
        <Fields value={value} onChange={onChange} level={policy.levels[0] ?? ''} nameError={errorOf('jitAdmin.userName')} />
      )}
    />
  )
}

interface FieldsProps {
  value: JitAdmin
  onChange: (value: JitAdmin) => void
  level: string
  nameError: string | undefined
}

function Fields({ value, onChange, level, nameError }: FieldsProps) {
  const { t } = useTranslation('policies')
  return (
    <div className="policyJitAdmin">
      <Stack gap="md">
        <Switch
          label={t('view.jitAdmin.enabled')}
          checked={value.enabled}
          onChange={({ currentTarget }) => onChange({ ...value, enabled: currentTarget.checked })}
        />
        <TextInput
          label={t('view.jitAdmin.userName')}
          description={t('view.jitAdmin.userNameHint')}
          value={value.userName}
          maxLength={64}
          spellCheck={false}
          error={nameError}
          onChange={({ currentTarget }) => onChange({ ...value, userName: currentTarget.value })}
        />
        <Radio.Group
          label={t('view.jitAdmin.afterSignOut')}
          value={value.afterSignOut}
          onChange={(next) => onChange({ ...value, afterSignOut: next === 'keepStandard' ? 'keepStandard' : 'delete' })}
        >
          <Stack gap={6} mt={6}>
            <Radio value="delete" label={t('view.jitAdmin.deleteLong')} />
            <Radio value="keepStandard" label={t('view.jitAdmin.keepLong')} />
          </Stack>
        </Radio.Group>
        <TextInput
          label={t('view.jitAdmin.screenTitle')}
          value={value.title}
          maxLength={100}
          onChange={({ currentTarget }) => onChange({ ...value, title: currentTarget.value })}
        />
        <LogoField level={level} logo={value.logo} onChange={(logo) => onChange(withLogo(value, logo))} />
      </Stack>
      <SignInPreview level={level} value={value} />
    </div>
  )
}

function withLogo(value: JitAdmin, logo: string | undefined): JitAdmin {
  const { logo: _, ...rest } = value
  return logo === undefined ? rest : { ...rest, logo }
}

function LogoField({ level, logo, onChange }: { level: string; logo: string | undefined; onChange: (logo: string | undefined) => void }) {
  const { t } = useTranslation(['policies', 'common'])
  const [problem, setProblem] = useState<LogoProblem>()
  const [failure, setFailure] = useState<Failure>()
  const take = async (file: File | null): Promise<void> => {
    if (!file) return
    setProblem(undefined)
    setFailure(undefined)
    const outcome = await logoFrom(file)
    if (!outcome.ok) {
      setProblem(outcome.problem)
      return
    }
    try {
      onChange((await call('policies.addLogo', { level, data: outcome.data })).logo)
    } catch (error) {
      setFailure(failureOf(error))
    }
  }
  return (
    <div>
      <span className="settingsLabel">{t('view.jitAdmin.logo')}</span>
      <Group gap="xs">
        <FileButton
          accept="image/png,image/jpeg"
          onChange={(file) => void take(file)}
          inputProps={{ 'aria-label': t('view.jitAdmin.logo') }}
        >
          {(props) => (
            <Button {...props} size="xs" variant="default" leftSection={<IconPhoto size={14} aria-hidden />}>
              {t('view.jitAdmin.chooseLogo')}
            </Button>
          )}
        </FileButton>
        {logo !== undefined && (
          <Button size="xs" variant="subtle" color="gray" onClick={() => onChange(undefined)}>
            {t('common:remove')}
          </Button>
        )}
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {t('view.jitAdmin.logoHint')}
      </Text>
      {problem && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {t(`view.logoProblem.${problem}`)}
        </Text>
      )}
      {failure && <FailureAlert failure={failure} />}
    </div>
  )
}

/** About what a person sees before the machine signs them in. */
function SignInPreview({ level, value }: { level: string; value: JitAdmin }) {
  const { t } = useTranslation('policies')
  const logo = useAsk('policies.logo', { level, logo: value.logo ?? '' }, { enabled: value.logo !== undefined }).data
  return (
    <figure className="signInPreview">
      <div>
        {value.logo !== undefined && logo && <img src={`data:${logo.mediaType};base64,${logo.data}`} alt={t('view.jitAdmin.logo')} />}
        <strong>
          <bdi>{value.title === '' ? t('view.jitAdmin.noTitle') : value.title}</bdi>
        </strong>
        <IconQrcode size={72} stroke={1.2} aria-hidden />
        <span>{t('view.jitAdmin.scan')}</span>
      </div>
      <figcaption>{t('view.jitAdmin.preview')}</figcaption>
    </figure>
  )
}
