import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconArrowRight, IconLock, IconLockOpen, IconPlugConnectedX, IconServer2 } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PolicyImpact } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { tellDone } from '../parts/tell.ts'
import { describe, describeRules } from './describe.ts'
import { changeNames, type PlainName, shown, shownRules, systems } from './draft.ts'
import type { Policy } from './usePolicy.ts'

const namesShown = 8

/** What would change, for whom, and what ends by it: before anything is saved. */
export function ReviewDialog({ policy, impact, onClose }: { policy: Policy; impact: PolicyImpact; onClose: () => void }) {
  const { t } = useTranslation(['policies', 'common'])
  const save = useDo('policies.change')
  const [isConfirmed, setConfirmed] = useState(false)
  const mustConfirm = impact.willOverwrite !== 'no'

  const onSave = async (): Promise<void> => {
    try {
      const { machines } = await save.mutateAsync({
        levels: [...policy.versions],
        patch: policy.patch,
        ...(mustConfirm ? { confirmOverwrite: isConfirmed } : {}),
      })
      policy.discard()
      onClose()
      tellDone(t('review.saved', { count: machines }))
    } catch {
      // Shown below, from the mutation.
    }
  }

  return (
    <Modal opened onClose={onClose} title={t('review.title')} size="lg" data-policy-review>
      <Stack gap="md">
        <Changes policy={policy} />
        <ul className="reviewImpact">
          <Fact icon={<IconServer2 size={16} aria-hidden />} text={t('review.machines', { count: impact.machines })} />
          {impact.turnedOn > 0 && (
            <Fact tone="ok" icon={<IconLockOpen size={16} aria-hidden />} text={t('review.turnedOn', { count: impact.turnedOn })} />
          )}
          {impact.turnedOff > 0 && (
            <Fact tone="warn" icon={<IconLock size={16} aria-hidden />} text={t('review.turnedOff', { count: impact.turnedOff })} />
          )}
          {impact.grantsEnded > 0 && (
            <Fact tone="bad" icon={<IconPlugConnectedX size={16} aria-hidden />} text={t('review.grants', { count: impact.grantsEnded })}>
              {impact.grants.slice(0, namesShown).map((grant) => (
                <span key={grant.grantId}>
                  {t('review.grant', {
                    who: isolate(grant.requestedBy),
                    machine: isolate(grant.machineName),
                    ports: grant.ports.join(', '),
                  })}
                </span>
              ))}
            </Fact>
          )}
        </ul>
        <Affected impact={impact} />
        {mustConfirm && (
          <div className="policyOvertaken">
            <IconAlertTriangle size={18} aria-hidden />
            <div>
              <p>{t(impact.willOverwrite === 'yes' ? 'review.overwrite' : 'review.mayOverwrite')}</p>
              <Checkbox
                mt={6}
                label={t('review.confirmOverwrite')}
                checked={isConfirmed}
                onChange={({ currentTarget }) => setConfirmed(currentTarget.checked)}
              />
            </div>
          </div>
        )}
        {save.isError && <FailureAlert failure={failureOf(save.error)} onRetry={() => void onSave()} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('review.back')}
          </Button>
          <Button
            loading={save.isPending}
            disabled={(mustConfirm && !isConfirmed) || (policy.isOvertaken && !save.isPending)}
            onClick={() => void onSave()}
            data-save-policy
          >
            {t('review.save')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function Fact({ icon, text, tone, children }: { icon: ReactNode; text: string; tone?: 'ok' | 'warn' | 'bad'; children?: ReactNode }) {
  return (
    <li data-tone={tone}>
      {icon}
      <div>
        <strong>{text}</strong>
        {children}
      </div>
    </li>
  )
}

/** Each setting before and after, in words. */
function Changes({ policy }: { policy: Policy }) {
  const { t, i18n } = useTranslation(['policies', 'people', 'machines'])
  const { details, patch, above } = policy
  const kind = details[0]?.kind
  const rows = changeNames(patch).flatMap((name) => (name === 'rules' ? rulesRows() : [plainRow(name)]))
  return (
    <dl className="reviewChanges">
      {rows.map(({ what, before, after }) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>
            <span>{before}</span>
            <IconArrowRight size={14} aria-label={t('review.becomes')} />
            <strong>{after}</strong>
          </dd>
        </div>
      ))}
    </dl>
  )

  function rulesRows() {
    return (kind === 'machine' ? systems.slice(0, 1) : systems)
      .filter((os) => shownRules(os, details, patch).isChanged)
      .map((os) => {
        const before = shownRules(os, details, {})
        const after = shownRules(os, details, patch)
        return {
          what:
            kind === 'machine'
              ? t('view.rulesMachine', { count: details.length })
              : os === 'other'
                ? t('view.rulesOther')
                : t('view.rulesOf', { os: t(`machines:os.${os}`) }),
          before: before.isMixed ? t('view.mixed') : describeRules(before.value ?? [], t, i18n.language),
          after: after.isHere ? describeRules(after.value ?? [], t, i18n.language) : inherited(),
        }
      })
  }

  function plainRow(name: PlainName) {
    const before = shown(name, details, {})
    const after = shown(name, details, patch)
    const words = describeOne(name)
    return {
      what: t(`settings.${name}`),
      before: before.isMixed ? t('view.mixed') : words(before.value),
      after: after.isHere ? words(after.value) : inherited(words(above?.effective[name].value)),
    }
  }

  function describeOne<Name extends PlainName>(name: Name): (value: Parameters<(typeof describe)[Name]>[0] | undefined) => string {
    return (value) => (value === undefined ? t('view.maxDuration.none') : describe[name](value, t, i18n.language))
  }

  function inherited(value?: string): string {
    return value === undefined ? t('review.inherited') : t('review.inheritedValue', { value })
  }
}

/** The machines whose access changes, the first few by name. */
function Affected({ impact }: { impact: PolicyImpact }) {
  const { t } = useTranslation('policies')
  if (impact.first.length === 0) return null
  return (
    <details className="reviewMachines">
      <summary>{t('review.which', { count: impact.machines })}</summary>
      <ul>
        {impact.first.map((machine) => (
          <li key={machine.machineId}>
            <Foreign text={machine.name} />
            <Text span size="xs" c="dimmed">
              <Foreign text={machine.site} />
            </Text>
          </li>
        ))}
      </ul>
      {impact.machines > impact.first.length && (
        <Text size="xs" c="dimmed">
          {t('review.more', { count: impact.machines - impact.first.length })}
        </Text>
      )}
    </details>
  )
}
