import { Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { MachineDetail } from '../../preload/contract.ts'
import { openDialog } from '../machines/dialog.ts'
import { Ago } from '../parts/Ago.tsx'
import { Foreign } from '../parts/foreign.tsx'
import './challenges.css'

const tones = { reporting: 'ok', away: 'warn', selfDisabled: 'bad' } as const

/** The machine's own agent: whether it is there and speaks, and how to set it up. Where none can be, the reason. */
export function AgentPart({ machine }: { machine: MachineDetail }) {
  const { t } = useTranslation('challenges')
  const { agent, os, provider } = machine
  if (provider.id === 'desk') return <p className="quiet">{t('agent.desk')}</p>
  if (os !== 'linux') return <p className="quiet">{t('agent.otherSystem')}</p>
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap" gap="lg">
      {agent ? (
        <div className="agentPart" data-agent={agent.state}>
          <Text size="sm" c={`var(--gate-${tones[agent.state]})`}>
            {t(`agent.state.${agent.state}`)}
          </Text>
          <Text size="sm" c="dimmed">
            {t('agent.version')} <Foreign text={agent.version} />, {t('agent.lastSeen')} <Ago at={agent.lastSeenAt} />
          </Text>
        </div>
      ) : (
        <p className="quiet agentPart">{t('agent.none')}</p>
      )}
      <Button size="xs" variant="default" style={{ flexShrink: 0 }} onClick={() => openDialog({ name: 'enrol', machine })} data-enrol>
        {t(agent ? 'agent.again' : 'agent.setUp')}
      </Button>
    </Group>
  )
}
