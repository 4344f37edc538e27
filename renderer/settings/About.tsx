import { List } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '../door.ts'
import { Foreign } from '../parts/foreign.tsx'
import { useLimits } from '../parts/limits.ts'

/** What this is, where it keeps its data, and what it cannot do here. */
export function About() {
  const { t } = useTranslation(['settings', 'common'])
  const info = useAsk('app.info', {}).data
  const limits = useLimits()
  if (!info) return null
  return (
    <>
      <dl className="facts">
        <dt>{t('about.version')}</dt>
        <dd>
          {t('common:app')} {info.version}
        </dd>
        <dt>{t('about.host')}</dt>
        <dd>{info.host === 'electron' ? 'Electron' : 'Chromium'}</dd>
        <dt>{t('about.user')}</dt>
        <dd>
          <Foreign text={info.user} />
        </dd>
        <dt>{t('about.data')}</dt>
        <dd>
          <Foreign text={info.dataFolder} />
        </dd>
      </dl>
      <div>
        <span className="settingsLabel">{t('about.limits')}</span>
        <List size="sm" spacing={4}>
          {limits.length === 0 && <List.Item>{t('common:host.none')}</List.Item>}
          {limits.map((limit) => (
            <List.Item key={limit}>{limit}</List.Item>
          ))}
        </List>
      </div>
    </>
  )
}
