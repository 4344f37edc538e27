/** What this person wants of the console on this computer. Each choice counts at once. */
import { Center, Loader, SegmentedControl, Select, Switch, TagsInput, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Tenants } from '../azure/Tenants.tsx'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Gateways } from '../people/Gateways.tsx'
import { durationText } from '../parts/time.ts'
import { RecordingSettings } from '../recordings/RecordingSettings.tsx'
import { ClientNotes, useDesktopClient } from '../sessions/ClientNotes.tsx'
import { About } from './About.tsx'
import { Credentials } from './Credentials.tsx'
import { KeptEvents } from './KeptEvents.tsx'
import { Section } from './Section.tsx'
import { TerminalSettings } from './TerminalSettings.tsx'
import { useSettings } from './useSettings.ts'
import './settings.css'

const warningsMs = [0, 60_000, 120_000, 300_000, 600_000, 900_000]
const firstFound = ''

export function SettingsView() {
  const { t, i18n } = useTranslation(['settings', 'common', 'people', 'recordings', 'azure'])
  const { asked, settings, change } = useSettings()
  const clients = useAsk('sessions.clients', {}).data?.clients.filter(({ way }) => way === 'rdp') ?? []
  const client = useDesktopClient()

  if (asked.isError)
    return (
      <div className="viewScroll">
        <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />
      </div>
    )
  if (!settings)
    return (
      <Center h="100%">
        <Loader aria-label={t('common:loading')} />
      </Center>
    )
  const warnings = [...new Set([...warningsMs, settings.warnBeforeEndMs])].sort((a, b) => a - b)
  return (
    <div className="viewScroll" data-view="settings">
      <Title order={1} mb="md">
        {t('title')}
      </Title>
      <div className="settingsList">
        <Section title={t('look.title')} hint={t('look.hint')}>
          <div>
            <span className="settingsLabel">{t('look.language')}</span>
            <SegmentedControl
              aria-label={t('look.language')}
              fullWidth
              value={settings.language}
              onChange={(language) => change({ language })}
              data={[
                { value: 'system', label: t('look.system') },
                { value: 'en', label: 'English' },
                { value: 'de', label: 'Deutsch' },
              ]}
            />
          </div>
          <div>
            <span className="settingsLabel">{t('look.theme')}</span>
            <SegmentedControl
              aria-label={t('look.theme')}
              fullWidth
              value={settings.theme}
              onChange={(theme) => change({ theme })}
              data={[
                { value: 'system', label: t('look.system') },
                { value: 'light', label: t('look.light') },
                { value: 'dark', label: t('look.dark') },
              ]}
            />
          </div>
        </Section>
        <Section title={t('access.title')} hint={t('access.hint')}>
          <Switch
            label={t('access.release')}
            description={t('access.releaseHint')}
            checked={settings.releaseAfterLastSession}
            onChange={({ currentTarget }) => change({ releaseAfterLastSession: currentTarget.checked })}
          />
          <Switch
            label={t('access.endWithWindow')}
            description={t('access.endWithWindowHint')}
            checked={settings.endSessionsWithWindow}
            onChange={({ currentTarget }) => change({ endSessionsWithWindow: currentTarget.checked })}
          />
          <Select
            label={t('access.warn')}
            data={warnings.map((ms) => ({ value: String(ms), label: ms === 0 ? t('access.never') : durationText(ms, i18n.language) }))}
            value={String(settings.warnBeforeEndMs)}
            allowDeselect={false}
            onChange={(value) => value !== null && change({ warnBeforeEndMs: Number(value) })}
          />
        </Section>
        <Section title={t('ssh.title')} hint={t('ssh.hint')}>
          <Select
            label={t('ssh.where')}
            data={[
              { value: 'tab', label: t('ssh.tab') },
              { value: 'system', label: t('ssh.system') },
            ]}
            value={settings.ssh.where}
            allowDeselect={false}
            onChange={(where) => where && change({ ssh: { ...settings.ssh, where } })}
          />
          <Switch
            label={t('ssh.agent')}
            description={t('ssh.agentHint')}
            checked={settings.ssh.useAgent}
            onChange={({ currentTarget }) => change({ ssh: { ...settings.ssh, useAgent: currentTarget.checked } })}
          />
          <TagsInput
            label={t('ssh.keys')}
            description={t('ssh.keysHint')}
            placeholder={settings.ssh.keyFiles.length === 0 ? '~/.ssh/id_ed25519' : ''}
            value={settings.ssh.keyFiles}
            maxTags={10}
            splitChars={['\n']}
            acceptValueOnBlur
            onChange={(keyFiles) => change({ ssh: { ...settings.ssh, keyFiles } })}
          />
        </Section>
        <Section title={t('desktop.title')} hint={t('desktop.hint')}>
          <Select
            label={t('desktop.client')}
            data={[
              { value: firstFound, label: t('desktop.first') },
              ...clients.map(({ id, name, version }) => ({ value: id, label: version === undefined ? name : `${name} ${version}` })),
            ]}
            value={settings.rdpClient ?? firstFound}
            allowDeselect={false}
            onChange={(id) => change({ rdpClient: id ?? firstFound })}
            {...(clients.length === 0 ? { error: t('desktop.none') } : {})}
          />
          <ClientNotes client={client} />
        </Section>
        <Section title={t('terminal.title')} hint={t('terminal.hint')}>
          <TerminalSettings terminal={settings.terminal} onChange={(terminal) => change({ terminal })} />
        </Section>
        <Section title={t('audit.title')} hint={t('audit.hint')}>
          <KeptEvents audit={settings.audit} onChange={(audit) => change({ audit })} />
        </Section>
        <Section title={t('recordings:settings.title')} hint={t('recordings:settings.hint')}>
          <RecordingSettings recordings={settings.recordings} onChange={(recordings) => change({ recordings })} />
        </Section>
        <Section title={t('people:gateways.title')} hint={t('people:gateways.hint')}>
          <Gateways />
        </Section>
        <Section title={t('azure:title')} hint={t('azure:hint')}>
          <Tenants />
        </Section>
        <Section title={t('credentials.title')} hint={t('credentials.hint')}>
          <Credentials />
        </Section>
        <Section title={t('about.title')}>
          <About />
        </Section>
      </div>
    </div>
  )
}
