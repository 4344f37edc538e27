import { SegmentedControl, Select, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'
import { useBytesText } from '../parts/bytesText.ts'

const days = [7, 14, 30, 60, 90, 180, 365, 730, 3650]
const sizes = [200e6, 500e6, 1e9, 2e9, 5e9, 10e9, 50e9, 200e9]

/** The choices, with the one that is set among them. */
const withNow = (all: readonly number[], now: number) => [...new Set([...all, now])].sort((a, b) => a - b)

/** Whether terminals are recorded, and how long that is kept. */
export function RecordingSettings({
  recordings,
  onChange,
}: {
  recordings: Settings['recordings']
  onChange: (next: Settings['recordings']) => void
}) {
  const { t } = useTranslation('recordings')
  const bytes = useBytesText()
  const keychain = useAsk('account.keychain', {}).data?.state
  return (
    <>
      <div>
        <span className="settingsLabel">{t('settings.when')}</span>
        <SegmentedControl
          aria-label={t('settings.when')}
          fullWidth
          value={recordings.when}
          onChange={(when) => onChange({ ...recordings, when })}
          data={(['off', 'ask', 'always'] as const).map((value) => ({ value, label: t(`settings.${value}`) }))}
        />
        <Text size="xs" c="dimmed" mt={6}>
          {t(`settings.${recordings.when}Hint`)}
        </Text>
        {recordings.when !== 'off' && keychain !== undefined && keychain !== 'ready' && (
          <Text size="xs" c="var(--gate-warn)" mt={6} role="status">
            {t('settings.noKeychain')}
          </Text>
        )}
      </div>
      <div className="settingsPair">
        <Select
          label={t('settings.keepDays')}
          data={withNow(days, recordings.keepDays).map((value) => ({ value: String(value), label: t('settings.days', { count: value }) }))}
          value={String(recordings.keepDays)}
          allowDeselect={false}
          onChange={(value) => value !== null && onChange({ ...recordings, keepDays: Number(value) })}
        />
        <Select
          label={t('settings.keepBytes')}
          data={withNow(sizes, recordings.keepBytes).map((value) => ({ value: String(value), label: bytes(value) }))}
          value={String(recordings.keepBytes)}
          allowDeselect={false}
          onChange={(value) => value !== null && onChange({ ...recordings, keepBytes: Number(value) })}
        />
      </div>
    </>
  )
}
