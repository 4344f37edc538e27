import { Button, SegmentedControl, Text } from '@mantine/core'
import { IconArrowBackUp, IconBuilding, IconMapPin, IconPencil, IconServer2, IconSparkles } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { PolicySource } from '../../preload/contract.ts'
import { isolate } from '../parts/foreign.tsx'
import type { Shown } from './draft.ts'

interface SettingFrameProps {
  title: string
  hint?: string | undefined
  shown: Shown<unknown>
  error?: string | undefined
  onHere: () => void
  onInherit: () => void
  onUndo: () => void
  children: ReactNode
}

/** One setting: what it is, where its value comes from, and whether this level sets it. */
export function SettingFrame({ title, hint, shown, error, onHere, onInherit, onUndo, children }: SettingFrameProps) {
  const { t } = useTranslation('policies')
  return (
    <section className="policySetting" data-changed={shown.isChanged || undefined} aria-label={title}>
      <header>
        <div>
          <h3>{title}</h3>
          {hint !== undefined && (
            <Text size="xs" c="dimmed">
              {hint}
            </Text>
          )}
        </div>
        {shown.isChanged && (
          <Button size="compact-xs" variant="subtle" leftSection={<IconArrowBackUp size={14} aria-hidden />} onClick={onUndo}>
            {t('view.undo')}
          </Button>
        )}
        <SegmentedControl
          size="xs"
          aria-label={t('view.whereSet', { what: title })}
          value={shown.isHere ? 'here' : 'inherit'}
          onChange={(value) => (value === 'here' ? onHere() : onInherit())}
          data={[
            { value: 'inherit', label: t('view.inherit') },
            { value: 'here', label: t('view.here') },
          ]}
        />
      </header>
      <div className="policyValue">
        {children}
        {(!shown.isHere || shown.isMixed) && <Provenance shown={shown} />}
        {error !== undefined && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {error}
          </Text>
        )}
      </div>
    </section>
  )
}

const icons = { default: IconSparkles, company: IconBuilding, site: IconMapPin, machine: IconServer2 }

/** POL-3: which level a value came from. */
function Provenance({ shown }: { shown: Shown<unknown> }) {
  const { t } = useTranslation('policies')
  const said = useSource()
  const Icon = shown.isHere || !shown.from ? IconPencil : icons[shown.from.kind]
  const text = shown.isHere ? t('view.setHere') : shown.from ? said(shown.from) : t('view.fromAbove')
  return (
    <span className="policyFrom" data-from={shown.isHere ? 'here' : shown.from?.kind}>
      <Icon size={13} aria-hidden />
      {text}
      {shown.isMixed && ` · ${t('view.mixed')}`}
    </span>
  )
}

/** "From Contoso / Bern". */
function useSource(): (source: PolicySource) => string {
  const { t } = useTranslation('policies')
  return ({ kind, name }) =>
    kind === 'default' ? t('view.fromDefault') : kind === 'company' ? t('view.fromCompany') : t('view.fromLevel', { name: isolate(name) })
}
