import { ActionIcon, Button, CloseButton, Code, Group, ScrollArea, Stack, Text, Title, Tooltip } from '@mantine/core'
import { IconChevronDown, IconChevronUp, IconListDetails, IconShieldCheck, IconShieldQuestion, IconShieldX } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditRow } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { exactText } from '../parts/time.ts'
import { ReplayButton } from '../recordings/ReplayButton.tsx'
import { isAzure } from '../azure/isAzure.ts'
import { AuditIcon } from './AuditIcon.tsx'
import { CopyText } from './CopyText.tsx'
import type { LogState } from './logState.ts'
import { useAuditWords } from './useSentence.ts'

interface EventPanelProps {
  row: AuditRow
  /** The one who opened it wants to be in it. */
  takesFocus: boolean
  log: LogState | undefined
  gatewayName: string
  onClose: () => void
  /** The event above or below; absent where one does not walk. */
  onWalk?: (by: -1 | 1) => void
  /** Absent in the story itself. */
  onStory?: (grantId: string) => void
  onOnlyMachine: (machine: { id: string; name?: string | undefined }) => void
  onOnlyActor: (actor: string) => void
}

const proofs = {
  verified: { tone: 'ok', icon: IconShieldCheck },
  unverified: { tone: 'warn', icon: IconShieldQuestion },
  changed: { tone: 'bad', icon: IconShieldX },
} as const

/** All facts of one event in words, its proof, and the event as it is written. Beside the list, so that one can walk through it. */
export function EventPanel(props: EventPanelProps) {
  const { row, takesFocus, log, gatewayName, onClose, onWalk, onStory, onOnlyMachine, onOnlyActor } = props
  const { t, i18n } = useTranslation(['audit', 'common'])
  const words = useAuditWords()
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (takesFocus) title.current?.focus()
  }, [takesFocus])
  const { machineId, grantId } = row
  const facts: [string, string | number | boolean | undefined][] = [
    ['at', exactText(row.at, i18n.language)],
    ['actor', row.actor],
    ['outcome', row.outcome],
    ['machine', row.machineName],
    ['site', row.site],
    ['port', row.port],
    ...Object.entries(row.detail),
    ['grantId', row.grantId],
    ['gateway', gatewayName],
    ['seq', new Intl.NumberFormat(i18n.language).format(row.seq)],
  ]
  return (
    <aside
      className="eventPanel card"
      aria-label={t('panel.label')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
      data-audit-event={row.seq}
    >
      <Group className="eventHead" gap="xs" wrap="nowrap">
        <AuditIcon action={row.action} outcome={row.outcome} size={20} />
        <Title order={3} fz="md" ref={title} tabIndex={-1} flex={1} miw={0} lineClamp={2}>
          {words.sentence(row.action)}
        </Title>
        {onWalk && (
          <>
            <Tooltip label={t('panel.above')}>
              <ActionIcon variant="subtle" color="gray" aria-label={t('panel.above')} onClick={() => onWalk(-1)}>
                <IconChevronUp size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t('panel.below')}>
              <ActionIcon variant="subtle" color="gray" aria-label={t('panel.below')} onClick={() => onWalk(1)}>
                <IconChevronDown size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </>
        )}
        <CloseButton aria-label={t('common:close')} onClick={onClose} />
      </Group>
      <ScrollArea className="eventBody" type="auto" viewportProps={{ tabIndex: 0, 'aria-label': t('panel.label') }}>
        <Stack gap="lg" p="md" pt={4}>
          <Proof row={row} log={log} />
          <Group gap="xs">
            <ReplayButton {...row} />
            {grantId !== undefined && onStory && (
              <Button
                size="xs"
                variant="light"
                fullWidth
                leftSection={<IconListDetails size={15} aria-hidden />}
                onClick={() => onStory(grantId)}
                data-story
              >
                {t('onlyGrant')}
              </Button>
            )}
            {machineId !== undefined && (
              <Button
                size="xs"
                variant="default"
                flex={1}
                onClick={() => onOnlyMachine({ id: machineId, name: row.machineName })}
                data-only-machine
              >
                {t('onlyMachine')}
              </Button>
            )}
            <Button size="xs" variant="default" flex={1} onClick={() => onOnlyActor(row.actor)} data-only-actor>
              {t('onlyActor')}
            </Button>
          </Group>
          <dl className="eventFacts">
            {facts
              .filter((fact): fact is [string, string | number | boolean] => fact[1] !== undefined && fact[1] !== '')
              .map(([key, value]) => (
                <div key={key}>
                  <dt>{words.label(key)}</dt>
                  <dd>
                    <bdi>{words.value(key, value)}</bdi>
                  </dd>
                </div>
              ))}
          </dl>
          <Raw id={row.id} />
        </Stack>
      </ScrollArea>
    </aside>
  )
}

/** How far this one event is proved, and why not. */
function Proof({ row, log }: { row: AuditRow; log: LogState | undefined }) {
  const { t } = useTranslation('audit')
  const { tone, icon: Icon } = proofs[row.mark]
  const why = row.mark === 'unverified' ? log?.why : undefined
  const isUnprovable = row.mark === 'unverified' && isAzure(row.gateway.id)
  return (
    <div className="eventProof" data-tone={tone} data-proof={row.mark}>
      <Icon size={18} aria-hidden />
      <div>
        <strong>{t(isUnprovable ? 'mark.unprovable' : `mark.${row.mark}`)}</strong>
        <p>{isUnprovable ? t('log.azure') : why === undefined ? t(`proof.${row.mark}`) : t(`log.why.${why}`)}</p>
      </div>
    </div>
  )
}

/** The event as it stands in its log: what its hash in the tree is over, so the copy is those very bytes. */
function Raw({ id }: { id: string }) {
  const { t } = useTranslation('audit')
  const event = useAsk('audit.get', { id })
  return (
    <section aria-labelledby="event-raw">
      <Group justify="space-between" mb={4}>
        <Text size="sm" fw={600} component="h4" m={0} id="event-raw">
          {t('raw')}
        </Text>
        {event.data && <CopyText text={event.data.json} label={t('copyRaw')} mark="raw" />}
      </Group>
      {event.isError && <FailureAlert failure={failureOf(event.error)} onRetry={() => void event.refetch()} />}
      {event.data && (
        <Code block className="eventRaw" data-raw>
          {pretty(event.data.json)}
        </Code>
      )}
    </section>
  )
}

/** On several lines, to be read; as it is where it cannot be taken apart. */
function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}
