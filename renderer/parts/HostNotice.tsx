import { List, Popover, Text, UnstyledButton } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '../door.ts'
import { useLimits } from './limits.ts'

/** Says quietly that the window is not Electron's, and what is limited by that. */
export function HostNotice() {
  const { t } = useTranslation()
  const host = useAsk('app.info', {}).data?.host
  const limits = useLimits()
  if (host !== 'chromium') return null
  return (
    <Popover position="right-end" width={340} shadow="md" withArrow>
      <Popover.Target>
        <UnstyledButton className="railItem" title={t('host.title')}>
          <IconInfoCircle size={18} stroke={1.75} aria-hidden />
          <span>{t('host.name')}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" fw={600} mb={4}>
          {t('host.title')}
        </Text>
        <List size="sm" spacing={4}>
          {limits.map((limit) => (
            <List.Item key={limit}>{limit}</List.Item>
          ))}
        </List>
      </Popover.Dropdown>
    </Popover>
  )
}
