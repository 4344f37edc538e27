import { MultiSelect, Radio, SegmentedControl, Select, Stack, TagsInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '../door.ts'
import { useGateways } from '../people/useGateways.ts'
import { describe, roleWord } from './describe.ts'
import { type PlainName, shown, type ValueOf, withSetting } from './draft.ts'
import { maximumChoicesMs } from './rules.ts'
import { durationOptions } from './RulesTable.tsx'
import { SettingFrame } from './SettingFrame.tsx'
import type { Policy } from './usePolicy.ts'
import type { ErrorOf } from './useImpact.ts'

interface PlainProps<Name extends PlainName> {
  name: Name
  policy: Policy
  errorOf: ErrorOf
  title: string
  hint?: string
  /** What a level begins with where nothing holds. */
  start: NonNullable<ValueOf<Name>>
  renderEditor: (value: NonNullable<ValueOf<Name>>, onChange: (value: NonNullable<ValueOf<Name>>) => void) => ReactNode
  /** What is said where no level says anything. */
  none?: string
}

/** A setting with one value: read only while it is inherited. */
export function PlainSetting<Name extends PlainName>({ name, policy, errorOf, title, hint, start, renderEditor, none }: PlainProps<Name>) {
  const { t, i18n } = useTranslation(['policies', 'people'])
  const { details, above, patch, change } = policy
  const now = shown(name, details, patch)
  const fromAbove = above?.effective[name]
  const isGone = !now.isHere && now.from === undefined
  const value: ValueOf<Name> | undefined = isGone ? fromAbove?.value : now.value
  const set = (next: NonNullable<ValueOf<Name>>): void => change(withSetting(details, patch, name, next))
  const before = details[0]?.settings[name]
  return (
    <SettingFrame
      title={title}
      hint={hint}
      shown={isGone && fromAbove ? { ...now, from: fromAbove.from } : now}
      error={errorOf(name)}
      onHere={() => set(value ?? start)}
      onInherit={() => change(withSetting(details, patch, name, null))}
      onUndo={() => change(withSetting(details, patch, name, before ?? null))}
    >
      {now.isHere ? (
        renderEditor(value ?? start, set)
      ) : (
        <p className="policyRead">{value === undefined ? (none ?? '') : describe[name](value, t, i18n.language)}</p>
      )}
    </SettingFrame>
  )
}

const minutes = (count: number): number => count * 60_000
const lapseChoicesMs = [5, 15, 30, 60, 120, 240, 480, 1440].map(minutes)

/** POL-5, POL-6 and the limits of time. */
export function RequestSettings({ policy, errorOf }: { policy: Policy; errorOf: ErrorOf }) {
  const { t, i18n } = useTranslation('policies')
  return (
    <>
      <PlainSetting
        name="approval"
        policy={policy}
        errorOf={errorOf}
        title={t('view.approval.title')}
        hint={t('view.approval.hint')}
        start="automatic"
        renderEditor={(value, onChange) => (
          <SegmentedControl
            aria-label={t('view.approval.title')}
            value={value}
            onChange={onChange}
            data={(['automatic', 'oneApprover', 'twoApprovers'] as const).map((rule) => ({
              value: rule,
              label: t(`view.approval.${rule}`),
            }))}
          />
        )}
      />
      <PlainSetting
        name="allowed"
        policy={policy}
        errorOf={errorOf}
        title={t('view.allowed.title')}
        hint={t('view.allowed.hint')}
        start={{}}
        renderEditor={(value, onChange) => <AllowedFields value={value} onChange={onChange} providerId={providerOf(policy)} />}
      />
      <PlainSetting
        name="maxDuration"
        policy={policy}
        errorOf={errorOf}
        title={t('view.maxDuration.title')}
        hint={t('view.maxDuration.hint')}
        start="PT8H"
        none={t('view.maxDuration.none')}
        renderEditor={(value, onChange) => (
          <Select
            w={220}
            aria-label={t('view.maxDuration.title')}
            data={durationOptions(maximumChoicesMs, value, i18n.language)}
            value={value}
            allowDeselect={false}
            onChange={(next) => next !== null && onChange(next)}
          />
        )}
      />
      <PlainSetting
        name="requestsLapseAfter"
        policy={policy}
        errorOf={errorOf}
        title={t('view.lapse.title')}
        hint={t('view.lapse.hint')}
        start="PT1H"
        renderEditor={(value, onChange) => (
          <Select
            w={220}
            aria-label={t('view.lapse.title')}
            data={durationOptions(lapseChoicesMs, value, i18n.language)}
            value={value}
            allowDeselect={false}
            onChange={(next) => next !== null && onChange(next)}
          />
        )}
      />
    </>
  )
}

const providerOf = (policy: Policy): string => policy.levels[0]?.split(':')[0] ?? ''

interface AllowedFieldsProps {
  value: ValueOf<'allowed'>
  onChange: (value: ValueOf<'allowed'>) => void
  providerId: string
}

/** Everybody who may request, or only whoever has one of these roles or is one of these people. */
function AllowedFields({ value, onChange, providerId }: AllowedFieldsProps) {
  const { t } = useTranslation(['policies', 'people'])
  const gateway = useGateways().find(({ id }) => id === providerId)
  const maySeePeople = gateway !== undefined && !gateway.isDesk && gateway.roles.includes('gatewayAdmin')
  const people = useAsk('account.people', { gatewayId: providerId }, { enabled: maySeePeople }).data?.people ?? []
  const isOpen = !value.roles && !value.people
  return (
    <Stack gap="sm">
      <Radio.Group
        aria-label={t('view.allowed.title')}
        value={isOpen ? 'everybody' : 'some'}
        onChange={(next) => onChange(next === 'everybody' ? {} : { roles: [], people: [] })}
      >
        <Stack gap={6}>
          <Radio value="everybody" label={t('view.allowed.everybody')} />
          <Radio value="some" label={t('view.allowed.some')} />
        </Stack>
      </Radio.Group>
      {!isOpen && (
        <Stack gap="xs" pl={28} maw={520}>
          <MultiSelect
            label={t('view.allowed.roles')}
            data={(['requester', 'approver', 'policyAdmin', 'gatewayAdmin'] as const).map((role) => ({
              value: role,
              label: roleWord(role, t),
            }))}
            value={value.roles ?? []}
            onChange={(roles) => onChange({ ...value, roles })}
          />
          <TagsInput
            label={t('view.allowed.people')}
            description={t('view.allowed.peopleHint')}
            data={people.map(({ name }) => name)}
            value={value.people ?? []}
            acceptValueOnBlur
            onChange={(names) => onChange({ ...value, people: names })}
          />
        </Stack>
      )}
    </Stack>
  )
}
