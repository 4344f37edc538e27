/** What the list is worth: how old it is, what is being read, who is out of reach, and an inventory that vanished (F-46). */
import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { MachineSource } from '../../preload/contract.ts'
import { useAsk, useDo } from '../door.ts'
import { Ago } from '../parts/Ago.tsx'
import { isolate } from '../parts/foreign.tsx'

const useSources = (): readonly MachineSource[] => useAsk('machines.sources', {}).data?.sources ?? []

/** The desk has no name that anybody gave it. */
function useSourceName(): (source: MachineSource) => string {
  const { t } = useTranslation('machines')
  return ({ gatewayId, name }) => (gatewayId === 'desk' ? t('provider.desk') : isolate(name))
}

/** Asks before machines are taken off the list because their provider does not name them any more. */
export function HeldNotices() {
  const { t, i18n } = useTranslation('machines')
  const decide = useDo('machines.decideHeld')
  const nameOf = useSourceName()
  const number = (value: number) => value.toLocaleString(i18n.language)
  return useSources().map(({ held, ...source }) =>
    held && !held.kept ? (
      <div key={source.gatewayId} className="heldNotice" role="alert" data-held={source.gatewayId}>
        <IconAlertTriangle size={18} aria-hidden />
        <div>
          <strong>
            {t('held.title', { name: nameOf(source), lost: number(held.lost), before: number(held.before), count: held.before })}
          </strong>
          <p>{t('held.text')}</p>
        </div>
        <Button size="xs" onClick={() => decide.mutate({ gatewayId: source.gatewayId, decision: 'keep' })}>
          {t('held.keep')}
        </Button>
        <Button
          size="xs"
          variant="default"
          c="var(--gate-bad)"
          onClick={() => decide.mutate({ gatewayId: source.gatewayId, decision: 'accept' })}
        >
          {t('held.accept')}
        </Button>
      </div>
    ) : null,
  )
}

/** One line for the foot of the list. */
export function SourceState({ asOf }: { asOf: string | undefined }) {
  const { t, i18n } = useTranslation('machines')
  const sources = useSources()
  const nameOf = useSourceName()
  const reading = sources.find(({ state, done }) => state === 'reading' && (done ?? 0) > 0)
  const away = sources.filter(({ state }) => state === 'offline')
  const kept = sources.filter(({ held }) => held?.kept)
  return (
    <>
      {asOf && (
        <span>
          {t('foot.asOf')} <Ago at={asOf} />
        </span>
      )}
      {reading && (
        <span aria-live="polite" data-reading>
          {t('foot.reading', {
            name: nameOf(reading),
            count: reading.done ?? 0,
            number: (reading.done ?? 0).toLocaleString(i18n.language),
          })}
        </span>
      )}
      {away.length > 0 && <span className="machineAway">{t('foot.away', { names: away.map(nameOf).join(', ') })}</span>}
      {kept.length > 0 && <span className="machineAway">{t('foot.kept', { names: kept.map(nameOf).join(', ') })}</span>}
    </>
  )
}
